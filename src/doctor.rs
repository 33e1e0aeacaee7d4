//! `switchboard doctor`: is the record sound?

use crate::attachments::lies_whole;
use crate::settings::Settings;
use crate::store::checks::{self, Finding};
use crate::store::{self, Conn, attachments};

/// Asks every invariant on the database of the settings and prints what was found. With `full` also
/// whether every log tells what its conversation's row says. True when nothing is broken.
pub fn examine(settings: &Settings, full: bool) -> anyhow::Result<bool> {
    let mut conn = store::open_existing(&settings.database())?;
    let (mut findings, examples) = match full {
        true => checks::run_full(&mut conn)?,
        false => (checks::run(&mut conn)?, Vec::new()),
    };
    if full {
        findings.push(files(&mut conn, settings)?);
    }
    for example in examples {
        println!("{example}");
    }
    print!("{}", report(&findings));
    Ok(is_well(&findings))
}

/// Whether the bytes of what was sent are there, by name and length.
pub fn files(conn: &mut Conn, settings: &Settings) -> anyhow::Result<Finding> {
    let folder = settings.attachments().join(attachments::home(conn)?);
    let (mut last, mut broken) = (None, 0);
    loop {
        let page = attachments::sent_after(conn, last, 500)?;
        for (id, bytes) in &page {
            broken += i64::from(!lies_whole(&folder, *id, *bytes as u64));
        }
        match page.last() {
            Some((id, _)) => last = Some(*id),
            None => break,
        }
    }
    Ok(Finding {
        name: "attachment_has_its_file",
        says: "the file of every attachment that was sent is in its folder, whole",
        broken,
    })
}

/// Whether nothing is broken.
pub fn is_well(findings: &[Finding]) -> bool {
    findings.iter().all(|one| one.broken == 0)
}

/// The findings as lines for people.
pub fn report(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { name, says, broken } in findings {
        let mark = if *broken == 0 {
            "ok    ".into()
        } else {
            format!("BROKEN {broken}")
        };
        text.push_str(&format!("{mark} {name}: {says}\n"));
    }
    let broken = findings.iter().filter(|one| one.broken > 0).count();
    match broken {
        0 => text.push_str(&format!("{} invariants hold\n", findings.len())),
        _ => text.push_str(&format!(
            "{broken} of {} invariants are broken\n",
            findings.len()
        )),
    }
    text
}
