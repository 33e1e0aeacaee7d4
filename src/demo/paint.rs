//! The picture on the board: the line, the reps, the messages, the last assignments.

use std::collections::VecDeque;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{
    Block, BorderType, Cell, LineGauge, Padding, Paragraph, Row, Sparkline, Table,
};

use super::labels::short;
use super::plan::Plan;
use super::tally::{Assignment, Phase, SAMPLE, Tally};
use crate::store::rep_views::RepView;
use crate::words::{Availability, UserId};

const ACCENT: Color = Color::Cyan;
const QUIET: Color = Color::DarkGray;
const FREE: Color = Color::Green;
const FULL: Color = Color::Yellow;

/// Paints everything.
pub fn board(frame: &mut Frame, plan: &Plan, tally: &Tally) {
    let area = frame.area();
    // Where to look in a browser goes first when there is little room, then what happened; the
    // reps take what the others leave.
    let places = tally.places.len() as u16;
    let places = if area.height >= 26 { places } else { 0 };
    let notes = if area.height >= 20 { 5 } else { 0 };
    let [title, progress, look, body] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(places),
        Constraint::Fill(1),
    ])
    .areas(area);
    let most = area.height.saturating_sub(2 + places + notes + 8).max(9);
    let team = plan.capacities.len() as u16 + 3;
    let [upper, lower, happened] = Layout::vertical([
        Constraint::Length(team.clamp(9, most)),
        Constraint::Min(6),
        Constraint::Length(notes),
    ])
    .areas(body);
    let halves = [Constraint::Percentage(42), Constraint::Percentage(58)];
    let [line, reps] = Layout::horizontal(halves).areas(upper);
    let [messages, assigned] = Layout::horizontal(halves).areas(lower);
    head(frame, title, plan, tally);
    bar(frame, progress, plan, tally);
    let lines = tally.places.iter().map(|place| format!(" {place}").into());
    frame.render_widget(Paragraph::new(lines.collect::<Vec<Line>>()), look);
    the_line(frame, line, plan, tally);
    the_reps(frame, reps, tally);
    the_messages(frame, messages, plan, tally);
    the_assignments(frame, assigned, tally);
    what_happened(frame, happened, tally);
}

fn panel(title: &str) -> Block<'static> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(Style::new().fg(QUIET))
        .padding(Padding::horizontal(1))
        .title(format!(" {title} ").fg(ACCENT).bold())
}

fn head(frame: &mut Frame, area: Rect, plan: &Plan, tally: &Tally) {
    let clock = |time: Duration| format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60);
    let left = Line::from(vec![
        " Switchboard ".fg(Color::Black).bg(ACCENT).bold(),
        format!("  {}  --seed {}", tally.url, plan.seed).fg(QUIET),
    ]);
    let right = format!(
        "{} of {}  q ends ",
        clock(tally.elapsed()),
        clock(plan.lasts)
    );
    let sides = [Constraint::Fill(1), Constraint::Length(right.len() as u16)];
    let [a, b] = Layout::horizontal(sides).areas(area);
    frame.render_widget(left, a);
    frame.render_widget(Line::from(right), b);
}

/// How far it is.
fn bar(frame: &mut Frame, area: Rect, plan: &Plan, tally: &Tally) {
    let (label, done, all) = match tally.phase {
        Phase::Gathering(count) => ("people are arriving", count, tally.people),
        Phase::Playing => ("served", tally.served, plan.arrivals.len()),
        Phase::Reading => (
            "served; reading it all back",
            tally.served,
            plan.arrivals.len(),
        ),
    };
    let gauge = LineGauge::default()
        .label(format!(" {label} {done} of {all}"))
        .filled_symbol("━")
        .unfilled_symbol("─")
        .filled_style(Style::new().fg(ACCENT))
        .unfilled_style(Style::new().fg(QUIET))
        .ratio((done as f64 / all.max(1) as f64).min(1.0));
    frame.render_widget(gauge, area);
}

/// A curve over the whole time of the story, as wide as there is room for.
fn curve(points: &VecDeque<u64>, plan: &Plan, width: u16) -> Vec<u64> {
    let all = (plan.lasts.as_millis() / SAMPLE.as_millis()) as usize;
    let (all, width) = (all.max(points.len()), usize::from(width).max(1));
    let column = |nth: usize| {
        let from = nth * all / width;
        let to = ((nth + 1) * all / width).max(from + 1);
        points
            .range(from.min(points.len())..to.min(points.len()))
            .max()
            .copied()
    };
    (0..width).map_while(column).collect()
}

fn the_line(frame: &mut Frame, area: Rect, plan: &Plan, tally: &Tally) {
    let block = panel("The line");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [count, graph, next] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(2),
    ])
    .areas(inner);
    let color = if tally.line == 0 { FREE } else { FULL };
    let text = Line::from(vec![
        format!("{}", tally.line).fg(color).bold(),
        " waiting".into(),
        format!("   at most {}", tally.longest.0).fg(QUIET),
    ]);
    frame.render_widget(text, count);
    let points = curve(&tally.line_curve, plan, graph.width);
    let graph_of = Sparkline::default()
        .data(points)
        .max(tally.longest.0.max(8) as u64)
        .style(Style::new().fg(FULL));
    frame.render_widget(graph_of, graph);
    let who = match tally.next.split_first() {
        None => vec![Line::from("nobody waits".fg(QUIET))],
        Some((first, others)) => {
            let others: Vec<&str> = others.iter().map(|one| number(one)).collect();
            vec![
                Line::from(vec!["next: ".fg(QUIET), first.clone().bold()]),
                Line::from(format!("then: {}", others.join(" ")).fg(QUIET)),
            ]
        }
    };
    frame.render_widget(Paragraph::new(who), next);
}

/// "31" of "customer 31".
fn number(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn the_reps(frame: &mut Frame, area: Rect, tally: &Tally) {
    let header = Row::new(["", "load", "", "", "assigned"]).style(Style::new().fg(QUIET));
    let room = area.height.saturating_sub(3) as usize;
    let hidden = tally.team.len().saturating_sub(room);
    let team = tally.team.iter().take(room);
    let rows = team.filter_map(|id| Some(rep(tally.rep(*id)?, tally, *id)));
    // The last column goes when there is little room.
    let last = if area.width >= 46 { 8 } else { 0 };
    let widths = [
        Constraint::Length(6),
        Constraint::Length(7),
        Constraint::Length(5),
        Constraint::Min(9),
        Constraint::Length(last),
    ];
    let title = match hidden {
        0 => "Reps".to_owned(),
        more => format!("Reps, and {more} more"),
    };
    let table = Table::new(rows, widths).header(header).block(panel(&title));
    frame.render_widget(table, area);
}

fn rep<'a>(view: &RepView, tally: &Tally, id: UserId) -> Row<'a> {
    let (word, style) = match (view.present, view.availability) {
        (false, _) => ("not here", Style::new().fg(Color::Red)),
        (true, Availability::Available) => ("available", Style::new().fg(FREE)),
        (true, other) => (other.as_str(), Style::new().fg(Color::Magenta)),
    };
    let (load, capacity) = (view.load.max(0) as usize, view.capacity.max(0) as usize);
    let color = if load < capacity { FREE } else { FULL };
    let color = if view.present { color } else { QUIET };
    let slots = Line::from(vec![
        Span::styled("■".repeat(load), Style::new().fg(color)),
        Span::styled(
            "□".repeat(capacity.saturating_sub(load)),
            Style::new().fg(QUIET),
        ),
    ]);
    let raised = tally.raised.as_ref().is_some_and(|one| one.rep == id);
    let of = if raised {
        format!("{load}/{capacity} ↑").fg(ACCENT).bold()
    } else {
        format!("{load}/{capacity}").into()
    };
    let given = tally.given.get(&id).copied().unwrap_or(0);
    Row::new([
        Cell::from(view.name.clone().bold()),
        Cell::from(slots),
        Cell::from(of),
        Cell::from(Span::styled(word, style)),
        Cell::from(Line::from(given.to_string()).right_aligned()),
    ])
}

fn the_messages(frame: &mut Frame, area: Rect, plan: &Plan, tally: &Tally) {
    let block = panel("Messages");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [text, graph] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let line = Line::from(vec![
        format!("{}", tally.rate()).bold(),
        "/s".into(),
        format!("   {} sent, {} delivered", tally.sent, tally.delivered()).fg(QUIET),
    ]);
    frame.render_widget(line, text);
    let points = curve(&tally.message_curve, plan, graph.width);
    frame.render_widget(
        Sparkline::default()
            .data(points)
            .style(Style::new().fg(ACCENT)),
        graph,
    );
}

fn the_assignments(frame: &mut Frame, area: Rect, tally: &Tally) {
    let room = area.height.saturating_sub(2) as usize;
    let rows = tally.assignments.iter().take(room);
    let lines: Vec<Line> = rows.map(assignment).collect();
    let list = Paragraph::new(lines).block(panel("Last assignments"));
    frame.render_widget(list, area);
}

fn assignment(one: &Assignment) -> Line<'static> {
    Line::from(vec![
        format!("{:<13}", one.customer).into(),
        "→ ".fg(QUIET),
        format!("{:<7}", one.rep).fg(ACCENT),
        format!("after {}", short(one.wait)).fg(QUIET),
    ])
}

fn what_happened(frame: &mut Frame, area: Rect, tally: &Tally) {
    let room = area.height.saturating_sub(2) as usize;
    let first = tally.notes.len().saturating_sub(room);
    let lines: Vec<Line> = tally.notes[first..]
        .iter()
        .map(|(at, text)| {
            let bad = text.starts_with("trouble");
            let style = if bad {
                Style::new().fg(Color::Red)
            } else {
                Style::new()
            };
            Line::from(vec![
                format!("{:>6.1} s  ", at.as_secs_f64()).fg(QUIET),
                Span::styled(text.clone(), style),
            ])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(panel("What happened")), area);
}
