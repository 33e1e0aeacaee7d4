//! What is found when the database is asked whether it is sound.

use crate::error::Error;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = CheckFinding)]
pub struct Finding {
    pub name: &'static str,
    pub says: &'static str,
    /// Rows that break it: 0 when all is well.
    pub broken: i64,
    /// It could not be asked, so nobody knows.
    pub unasked: bool,
    /// Which they are, the first of them; or why it could not be asked.
    pub told: Vec<String>,
}

impl Finding {
    /// What was found of something that could be asked.
    pub fn of(name: &'static str, says: &'static str, broken: i64, told: Vec<String>) -> Self {
        Self {
            name,
            says,
            broken,
            unasked: false,
            told,
        }
    }

    /// What could not be asked.
    pub fn unasked(name: &'static str, says: &'static str, error: &Error) -> Self {
        // Whoever asks the doctor reads no log: he is told the cause itself.
        let why = match &error.cause {
            Some(cause) => format!("{cause:#}"),
            None => error.detail.to_string(),
        };
        Self {
            unasked: true,
            ..Self::of(name, says, 0, vec![why])
        }
    }

    /// It was asked, and nothing breaks it.
    pub fn is_well(&self) -> bool {
        self.broken == 0 && !self.unasked
    }
}
