//! `switchboard doctor`: is the record sound?

use anyhow::bail;

use crate::attachments::lies_whole;
use crate::error::Result;
use crate::settings::Settings;
use crate::store::checks::{self, Finding};
use crate::store::{self, Conn, attachments};

/// How many of those that break something are named.
const TOLD: usize = 5;

/// Asks every invariant on the database of the settings and prints what was found. With `full` also
/// whether every log tells what its conversation's row says. True when nothing is broken.
pub fn examine(settings: &Settings, full: bool) -> anyhow::Result<bool> {
    let mut conn = store::open_existing(&settings.database())?;
    if !checks::is_ours(&mut conn) {
        bail!(
            "this database holds no table of Switchboard: see whether `database_url`, or \
             `data_dir`, names the right one"
        );
    }
    let (mut findings, examples) = match full {
        true => checks::run_full(&mut conn)?,
        false => (checks::run(&mut conn)?, Vec::new()),
    };
    if full {
        findings.push(match files(&mut conn, settings) {
            Ok(finding) => finding,
            Err(error) => Finding::unasked(FILES.0, FILES.1, &error),
        });
    }
    for example in examples {
        println!("{example}");
    }
    print!("{}", report(&findings));
    Ok(is_well(&findings))
}

/// What is asked of the folder of attachments.
const FILES: (&str, &str) = (
    "attachment_has_its_file",
    "the file of every attachment that was sent is in its folder, whole",
);

/// Whether the bytes of what was sent are there, by name and length.
pub fn files(conn: &mut Conn, settings: &Settings) -> Result<Finding> {
    let folder = settings.attachments().join(attachments::home(conn)?);
    let (mut last, mut broken, mut told) = (None, 0, Vec::new());
    loop {
        let page = attachments::sent_after(conn, last, 500)?;
        for (id, bytes) in &page {
            if !lies_whole(&folder, *id, *bytes as u64) {
                broken += 1;
                if told.len() < TOLD {
                    told.push(folder.join(id.to_string()).display().to_string());
                }
            }
        }
        match page.last() {
            Some((id, _)) => last = Some(*id),
            None => break,
        }
    }
    Ok(Finding::of(FILES.0, FILES.1, broken, told))
}

/// Whether nothing is broken.
pub fn is_well(findings: &[Finding]) -> bool {
    findings.iter().all(Finding::is_well)
}

/// The findings as lines for people. Every line that is no `ok` tells of what is not well, but for
/// the last, which says how many hold.
pub fn report(findings: &[Finding]) -> String {
    let mut text = String::new();
    for one in findings {
        let mark = match one {
            one if one.is_well() => "ok    ".into(),
            one if one.unasked => "FAILED".into(),
            one => format!("BROKEN {}", one.broken),
        };
        text.push_str(&format!("{mark} {}: {}\n", one.name, one.says));
        for told in &one.told {
            let what = if one.unasked {
                "could not be asked: "
            } else {
                ""
            };
            text.push_str(&format!("       {what}{told}\n"));
        }
        let more = one.broken - one.told.len() as i64;
        if more > 0 && !one.told.is_empty() {
            text.push_str(&format!("       and {more} more\n"));
        }
    }
    let count = |of: fn(&Finding) -> bool| findings.iter().filter(|one| of(one)).count();
    let (all, broken) = (findings.len(), count(|one| one.broken > 0));
    text.push_str(&match (broken, count(|one| one.unasked)) {
        (0, 0) => format!("{all} invariants hold\n"),
        (_, 0) => format!("{broken} of {all} invariants are broken\n"),
        (_, unasked) => {
            format!("{broken} of {all} invariants are broken, and {unasked} could not be asked\n")
        }
    });
    text
}
