//! The command line: what this program can be asked to do.

#![forbid(unsafe_code)]

use std::io::{IsTerminal, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use switchboard::bell::Bell;
use switchboard::error::{Code, Error};
use switchboard::hub::Hub;
use switchboard::metrics::Metrics;
use switchboard::people::{self, NewPerson, People};
use switchboard::server::Server;
use switchboard::settings::Settings;
use switchboard::store::conversations::Filter;
use switchboard::store::lists::{Span, Whose};
use switchboard::store::{Options, Store};
use switchboard::words::{Priority, QueueId, Resolution, Status, UserId};
use switchboard::{bench, demo, doctor, export, folder, health, logging};

/// Live-chat dispatch for customer support.
#[derive(Parser)]
#[command(version, about)]
struct Line {
    /// A TOML file with settings; `switchboard settings` shows them all.
    #[arg(long, global = true, env = "SWITCHBOARD_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (this is what happens without a command).
    Serve,
    /// Measure this program; the databases of the settings are written to.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Let random commands meet, and see that what must hold does; writes to the databases of the
    /// settings.
    #[command(subcommand)]
    Stress(StressCommand),
    /// Check the invariants on the database; exits with 1 if one is broken.
    Doctor {
        /// Also tell every conversation anew from its log, and compare. Takes longer.
        #[arg(long)]
        full: bool,
    },
    /// Write all conversations, or some, as JSON lines: as the database is at one moment.
    Export(ExportOptions),
    /// Make or change admins.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Print the settings in effect, secrets masked.
    Settings,
    /// Ask a running server whether it is ready; exits with 1 if not.
    Health {
        /// Where it is; without this, where the setting `listen` says.
        #[arg(long)]
        url: Option<String>,
    },
    /// Show the main job in about a minute: customers, reps and an admin on real sockets.
    Demo(demo::Options),
}

/// Which conversations; all of these must be true.
#[derive(clap::Args)]
struct ExportOptions {
    /// Where to; without it, to the output. A file that is there is not overwritten.
    #[arg(long)]
    to: Option<PathBuf>,
    #[arg(long, value_parser = word::<Status>)]
    status: Option<Status>,
    /// `true`: only those that are not closed; `false`: only those that are.
    #[arg(long)]
    open: Option<bool>,
    #[arg(long, value_parser = word::<Resolution>)]
    resolution: Option<Resolution>,
    #[arg(long, value_parser = word::<QueueId>)]
    queue: Option<QueueId>,
    #[arg(long, value_parser = word::<Priority>)]
    priority: Option<Priority>,
    /// The id of the rep who serves it or is offered it now, or `none`.
    #[arg(long, value_parser = whose)]
    rep: Option<Whose>,
    /// Who serves it or served it last.
    #[arg(long, value_parser = word::<UserId>)]
    last_rep: Option<UserId>,
    #[arg(long, value_parser = word::<UserId>)]
    customer: Option<UserId>,
    /// Moments are Unix milliseconds, and included.
    #[arg(long)]
    opened_from: Option<i64>,
    #[arg(long)]
    opened_to: Option<i64>,
    #[arg(long)]
    closed_from: Option<i64>,
    #[arg(long)]
    closed_to: Option<i64>,
}

/// A word or an id as JSON spells it.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

fn whose(text: &str) -> Result<Whose, String> {
    match text {
        "none" => Ok(Whose::Nobody),
        id => word(id).map(Whose::Rep),
    }
}

/// From one moment to another, if that is not behind it.
fn span(what: &str, from: Option<i64>, to: Option<i64>) -> anyhow::Result<Span> {
    if let (Some(first), Some(last)) = (from, to)
        && first > last
    {
        bail!("--{what}-from is behind --{what}-to: nothing can be between them");
    }
    Ok(Span { from, to })
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an admin; the password is asked for, or read from a pipe.
    Create { username: String },
}

#[derive(Subcommand)]
enum BenchCommand {
    /// How long a free slot waits for the next customer.
    Dispatch(bench::Dispatch),
    /// How fast messages pass, what each costs, and that none is lost, doubled or out of order.
    Relay(bench::relay::Options),
    /// What an open socket costs, and whether those who do not read slow the others down.
    Connect(bench::connect::Options),
    /// The load of the others, in a process of its own; it is told what to do on its input.
    #[command(hide = true)]
    Generator,
    /// What the relay is compared with.
    #[command(hide = true)]
    BareRelay {
        #[arg(long, default_value_t = 0)]
        workers: usize,
    },
}

#[derive(Subcommand)]
enum StressCommand {
    /// Who serves whom, under commands of many people on several nodes.
    Dispatch(bench::stress::Options),
    /// Messages, under lost connections, repeated commands and nodes that are killed.
    Relay(bench::stress::relay::Options),
}

fn main() -> ExitCode {
    match run(Line::parse()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "switchboard: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes. What clients are told instead of a cause is no news here: whoever
/// started the program is told the cause itself.
fn told(error: &anyhow::Error) -> String {
    let of_clients = |one: &(dyn std::error::Error + 'static)| {
        let ours = one.downcast_ref::<Error>();
        ours.is_some_and(|ours| ours.code == Code::Internal && ours.cause.is_some())
    };
    let parts = error.chain().filter(|one| !of_clients(*one));
    let parts: Vec<String> = parts.map(ToString::to_string).collect();
    parts.join(": ")
}

fn run(line: Line) -> anyhow::Result<ExitCode> {
    if let Some(Command::Health { url: Some(url) }) = &line.command {
        return Ok(exit(health::ask(url)));
    }
    if let Some(Command::Demo(options)) = line.command {
        return actix_web::rt::System::new().block_on(demo::run(options));
    }
    match line.command {
        Some(Command::Bench(BenchCommand::Generator)) => {
            return bench::relay::generator().map(|()| ExitCode::SUCCESS);
        }
        Some(Command::Bench(BenchCommand::BareRelay { workers })) => {
            let serving = bench::relay::bare::serve(workers);
            let ended = actix_web::rt::System::new().block_on(serving);
            return ended.map(|()| ExitCode::SUCCESS);
        }
        _ => {}
    }
    let settings = Settings::read(line.config.as_deref(), std::env::vars())?;
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let system = actix_web::rt::System::new();
            let ended = system.block_on(serve(settings));
            // Dropping it would wait for threads that wait for a database that hangs.
            std::mem::forget(system);
            ended?
        }
        Command::Bench(what) => measure(settings, &what)?,
        Command::Stress(StressCommand::Dispatch(options)) => {
            bench::stress::dispatch(settings, &options)?;
        }
        Command::Stress(StressCommand::Relay(options)) => {
            bench::stress::relay::run(settings, &options)?;
        }
        Command::Doctor { full } => return Ok(exit(doctor::examine(&settings, full)?)),
        Command::Admin(AdminCommand::Create { username }) => {
            actix_web::rt::System::new().block_on(create_admin(&settings, username))?;
        }
        Command::Export(options) => export_to(&settings, options)?,
        Command::Settings => print!("{}", settings.masked()),
        Command::Health { .. } => {
            return Ok(exit(health::ask(&health::url_of(&settings.listen)?)));
        }
        Command::Demo(_) => unreachable!("answered above, without settings"),
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(settings: Settings, what: &BenchCommand) -> anyhow::Result<()> {
    match what {
        BenchCommand::Dispatch(options) => bench::dispatch(settings, options),
        BenchCommand::Relay(options) => bench::relay::run(settings, options),
        BenchCommand::Connect(options) => bench::connect::run(settings, options),
        BenchCommand::Generator | BenchCommand::BareRelay { .. } => {
            unreachable!("answered above, without settings")
        }
    }
}

fn export_to(settings: &Settings, options: ExportOptions) -> anyhow::Result<()> {
    let filter = Filter {
        status: options.status,
        open: options.open == Some(true),
        over: options.open == Some(false),
        resolution: options.resolution,
        queue: options.queue,
        priority: options.priority,
        rep: options.rep,
        last_rep: options.last_rep,
        customer: options.customer,
        opened: span("opened", options.opened_from, options.opened_to)?,
        closed: span("closed", options.closed_from, options.closed_to)?,
        ..Filter::default()
    };
    let Some(path) = options.to else {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        return export::write(settings, filter, &mut out);
    };
    // What people said is nobody else's.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("the file {} cannot be made", path.display()))?;
    let mut out = std::io::BufWriter::new(file);
    export::write(settings, filter, &mut out)?;
    out.get_ref()
        .sync_all()
        .context("the file could not be written")
}

fn exit(well: bool) -> ExitCode {
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Serves until it is told to stop.
async fn serve(settings: Settings) -> anyhow::Result<()> {
    let recent = logging::start(&settings)?;
    switchboard::server::raise_descriptors();
    let listener = TcpListener::bind(&settings.listen)
        .with_context(|| format!("the address {} cannot be served", settings.listen))?;
    let server = Server::start(settings, listener).await?;
    let _ = server.app.looks.recent.set(recent);
    // Nobody may be reading; that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "{}", server.welcome().await?);
    server.run(stop_asked()?).await
}

/// Comes with SIGTERM or SIGINT.
fn stop_asked() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// On a terminal it is not shown, so it is asked for twice; from a pipe it is read as it comes.
fn password_of(username: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password(format!("Password for {username}: "))?;
        if rpassword::prompt_password("The same once more: ")? != password {
            bail!("the two passwords are not the same; nobody was made");
        }
        return Ok(password);
    }
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password)?;
    Ok(password.trim_end_matches(['\n', '\r']).to_owned())
}

async fn create_admin(settings: &Settings, username: String) -> anyhow::Result<()> {
    let password = password_of(&username)?;
    folder::make_private(&settings.data_dir)?;
    let options = Options {
        url: settings.database(),
        connections: 1,
    };
    // Opening blocks, which this runtime does not allow.
    let store = tokio::task::spawn_blocking(move || Store::open(&options)).await??;
    // Nobody listens, and no token is made here, so no secret is needed.
    let (lines, _) = tokio::sync::mpsc::unbounded_channel();
    let bell = Bell::local(Hub::default(), lines);
    let people = People::new(people::Needs {
        store,
        bell,
        metrics: Metrics::new().0,
        secret: b"",
        rules: switchboard::limits::people(settings, "")?,
    });
    let person = NewPerson {
        username,
        password,
        ..NewPerson::default()
    };
    let user = people.add_admin(person).await?;
    println!("made the admin {}", user.username.unwrap_or_default());
    Ok(())
}
