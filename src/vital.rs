//! Tasks that a server cannot do without. When one of them ends, the server does too.
//!
//! It is not started again in place: what broke it may have left its memory half changed, while
//! a new process begins from SQL alone. Whatever starts that also shows that it had to.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::task::{AbortHandle, JoinSet};

/// The tasks that run. Dropped, they are aborted.
#[derive(Default)]
pub struct Vital(JoinSet<(&'static str, Ending)>);

type Ending = Result<(), Box<dyn Any + Send>>;

impl Vital {
    /// Runs a task that should never end.
    pub fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let ending = AssertUnwindSafe(task).catch_unwind();
        self.0.spawn(ending.map(move |ending| (name, ending)))
    }

    /// Waits until one has ended by itself, and says which.
    pub async fn ended(&mut self) -> &'static str {
        loop {
            let (name, ending) = match self.0.join_next().await {
                Some(Ok(ended)) => ended,
                // Aborted, so nobody wants it any more.
                Some(Err(_)) => continue,
                None => std::future::pending().await,
            };
            match ending {
                Ok(()) => tracing::error!(name, "a vital task has ended"),
                Err(panic) => tracing::error!(name, panic = said(&*panic), "a vital task panicked"),
            }
            return name;
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or_default()
}
