//! This program started again, as a server or as a generator of load: so that each has its own
//! share of the machine, can be measured from outside, and can be killed.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::settings::Settings;

/// How long a process may take to say what it must, and to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a server prints before its address.
const SERVING: &str = "serving at ";

/// A child of this process, killed when it is dropped.
pub struct Process {
    child: Child,
    lines: UnboundedReceiver<String>,
}

impl Process {
    /// Starts this program with other arguments. It sees no setting of our environment; what it
    /// logs is shown with what we log.
    pub fn start<I: AsRef<std::ffi::OsStr>>(arguments: &[I]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program's own file")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SWITCHBOARD_") {
                command.env_remove(name);
            }
        }
        command.args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("another process of this program")?;
        let output = child.stdout.take().context("the output was asked for")?;
        let (tell, lines) = unbounded_channel();
        // To the end, so that it never waits for us.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Ok(Self { child, lines })
    }

    /// Starts a server and waits until it serves; answers its address, too.
    pub async fn serve<I: AsRef<std::ffi::OsStr>>(
        arguments: &[I],
    ) -> anyhow::Result<(Self, String)> {
        let mut process = Self::start(arguments)?;
        let url = process.line_with(SERVING, PATIENCE).await?;
        Ok((process, url))
    }

    /// Hands over what it is to do, as JSON, and closes its input.
    pub fn instruct(&mut self, plan: &impl serde::Serialize) -> anyhow::Result<()> {
        let mut input = self.child.stdin.take().context("it was told already")?;
        serde_json::to_writer(&mut input, plan)?;
        Ok(input.flush()?)
    }

    /// What follows these words in the next line that has them.
    pub async fn line_with(&mut self, words: &str, within: Duration) -> anyhow::Result<String> {
        let find = async {
            while let Some(line) = self.lines.recv().await {
                if let Some((_, rest)) = line.split_once(words) {
                    return Ok(rest.trim().to_owned());
                }
            }
            bail!("a process of the bench has ended too early; what it said stands above")
        };
        let found = tokio::time::timeout(within, find).await;
        found.with_context(|| format!("no {words:?} from a process within {within:?}"))?
    }

    /// How many of the lines that have come since are these words.
    pub fn count(&mut self, words: &str) -> usize {
        let mut found = 0;
        while let Ok(line) = self.lines.try_recv() {
            found += usize::from(line == words);
        }
        found
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as an operator would, and waits until it has; answers how long that took
    /// and whether it ended well.
    pub async fn stop(&mut self) -> anyhow::Result<(Duration, bool)> {
        let begun = Instant::now();
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Ok((begun.elapsed(), status.success()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("a server does not end within {PATIENCE:?}")
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first of the ports that the system gives out by itself.
fn first_given_out() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let first = range
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    first.unwrap_or(32_768)
}

/// A free address that a node has again after a while in which nothing listens there: the system
/// gives nobody this port by itself.
pub fn kept_address() -> anyhow::Result<SocketAddr> {
    let first = first_given_out();
    let below = (first / 3).max(1_024)..first;
    for _ in 0..100 {
        let port = match below.is_empty() {
            true => 0,
            false => rand::random_range(below.clone()),
        };
        if let Ok(free) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(free.local_addr()?);
        }
    }
    bail!("no free port was found below {first}, where ip_local_port_range begins")
}

/// A node of Switchboard as a process.
pub struct Node {
    pub process: Process,
    pub url: String,
    config: PathBuf,
}

impl Node {
    /// Starts a node with these settings, which it reads from a file in this folder.
    pub async fn start(settings: &Settings, folder: &Path, turn: usize) -> anyhow::Result<Self> {
        let config = folder.join(format!("node-{turn}.toml"));
        let text = toml::to_string(settings)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&config)?.write_all(text.as_bytes())?;
        let (process, url) = Self::run(&config).await?;
        Ok(Self {
            process,
            url,
            config,
        })
    }

    async fn run(config: &Path) -> anyhow::Result<(Process, String)> {
        let arguments = ["--config".as_ref(), config.as_os_str(), "serve".as_ref()];
        Process::serve::<&std::ffi::OsStr>(&arguments).await
    }

    /// Starts it again after its end. With a fixed address in its settings it has the same.
    pub async fn again(&mut self) -> anyhow::Result<()> {
        (self.process, self.url) = Self::run(&self.config).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_the_port_of_a_node_that_is_down() {
        for _ in 0..20 {
            let address = kept_address().unwrap();
            assert!(address.port() < first_given_out(), "{address}");
        }
    }
}
