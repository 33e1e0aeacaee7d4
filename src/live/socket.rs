//! The loop of one socket: its client, its news, its clock. What is said is left to a [`Talk`].
//!
//! Memory for one socket is bounded: its mailbox, what `wire.rs` lets out and the kernel's send
//! buffer. A client that does not read for the set time is cut off.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use futures_util::future::{LocalBoxFuture, ready};
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::bucket::Bucket;
use super::clock::Clock;
use super::ending::{Ending, NONSENSE, end, judge, say_goodbye};
use super::link::Link;
pub use super::wire::{Gone, Wire, spelt};
use crate::app::App;
use crate::gate::caller::Caller;
use crate::hub::{End, Note, Seat};
use crate::words::Role;

/// The private close codes. Up to 4099 a client may come back, from 4100 on it should not.
pub const SLOW: u16 = 4000;
pub const RATE_LIMITED: u16 = 4003;
pub const REVOKED: u16 = 4100;
pub const REPLACED: u16 = 4101;
/// Commands of one client that may be under way at a time.
const UNDER_WAY: usize = 32;
/// How long a client may take to introduce itself.
const HELLO: Duration = Duration::from_secs(5);
/// How long answers under way may take when the server ends a socket.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// Notes that are passed on together, before anything else has its turn.
const PASSED_ON: usize = 32;
/// Wrong frames in a minute before the socket is closed.
const STRIKES: u32 = 10;

/// What a socket says and understands.
#[allow(
    async_fn_in_trait,
    reason = "sockets stay on the thread that opened them"
)]
pub trait Talk {
    /// What a command leads to once it is carried out.
    type Done: 'static;

    /// The socket is open.
    async fn opened(&mut self, wire: &mut Wire, seat: &Seat) -> Result<(), Gone>;
    /// The client says something.
    async fn heard(&mut self, wire: &mut Wire, text: &str) -> Result<Heard<Self::Done>, Gone>;
    /// What to answer to a command that is carried out, if anything.
    fn answer(&mut self, done: Self::Done) -> Option<String>;
    /// There is news.
    async fn note(&mut self, wire: &mut Wire, note: Note) -> Result<(), Gone>;
    /// What to answer to what the client said faster than it may: try again after so many ms.
    fn too_fast(&self, text: &str, wait_ms: u64) -> Self::Done;
    /// The server ends this.
    async fn bye(&mut self, wire: &mut Wire, end: End) -> Result<(), Gone>;
    /// About a second has passed since it began to mind them.
    async fn second(&mut self, _: &mut Wire) -> Result<(), Gone> {
        Ok(())
    }
    /// The socket has closed, whoever closed it.
    async fn closed(&mut self, seat: &Seat);
    /// Whether the client has not introduced itself although it should have by now.
    fn is_late(&self) -> bool {
        false
    }
    /// Whether something of it waits for the next second.
    fn minds_seconds(&self) -> bool {
        self.is_late()
    }
}

/// What came of something heard.
pub enum Heard<D> {
    Nothing,
    /// A command that may be under way together with others; ends are told in order.
    Command(LocalBoxFuture<'static, D>),
    /// A command that waits for all before it, and that all after it wait for.
    Alone(LocalBoxFuture<'static, D>),
    /// Not understood, or not allowed in this place: what to answer, in its turn.
    Wrong(D),
    /// End the socket, with this code and reason.
    Close(u16, &'static str),
}

/// Commands whose ends are told in order.
type UnderWay<D> = FuturesOrdered<LocalBoxFuture<'static, D>>;

/// A socket that has just been opened.
pub struct Socket {
    pub app: App,
    pub caller: Caller,
    pub wire: Wire,
    pub stream: AggregatedMessageStream,
    pub link: Option<Link>,
    /// Set when a frame was refused for its length.
    pub tripped: Arc<AtomicBool>,
}

/// Runs a socket until it ends, and cleans up after it. Both come in boxes: the task would have
/// room for each as often as they are handed on.
pub async fn run(mut socket: Box<Socket>, mut talk: Box<impl Talk>) {
    let Socket {
        app,
        caller,
        wire,
        stream,
        tripped,
        ..
    } = &mut *socket;
    let most = app.tuning.running().sockets_per_user_max;
    let mut seat = app.hub.seat(caller.actor.id, Some(caller.session), most);
    wire.farewell = Some(seat.farewell());
    let mut turn = Turn::new(app, caller.actor.role);
    let ending = turn
        .talk_to_the_end(&mut *talk, wire, &mut seat, stream, tripped)
        .await;
    // Boxed: every socket's task would have room for it all its life.
    Box::pin(async move {
        talk.closed(&seat).await;
        drop(seat);
        end(*socket, ending).await;
    })
    .await;
}

/// The state of the loop.
struct Turn {
    ping: Duration,
    dead_after: Duration,
    frames: Bucket,
    strikes: Bucket,
    heard_at: Instant,
    opened_at: Instant,
}

impl Turn {
    fn new(app: &App, role: Role) -> Self {
        let settings = app.tuning.running();
        let ping = match role {
            Role::Customer => settings.customer_ping_ms,
            Role::Rep | Role::Admin => settings.rep_ping_ms,
        };
        let ping = Duration::from_millis(ping);
        Self {
            ping,
            dead_after: ping + Duration::from_millis(settings.pong_grace_ms),
            frames: Bucket::new(settings.frames_burst, settings.frames_per_s.into()),
            strikes: Bucket::new(STRIKES, f64::from(STRIKES) / 60.0),
            heard_at: Instant::now(),
            opened_at: Instant::now(),
        }
    }

    async fn talk_to_the_end<T: Talk>(
        &mut self,
        talk: &mut T,
        wire: &mut Wire,
        seat: &mut Seat,
        stream: &mut AggregatedMessageStream,
        tripped: &AtomicBool,
    ) -> Ending {
        let farewell = seat.farewell();
        // A socket waits most of its life: its task has no room for what it does then.
        let mut step = Box::pin(talk.opened(wire, seat)).await.map_err(silent);
        let mut pings = interval(self.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clock = Clock::new();
        let mut under_way: UnderWay<T::Done> = FuturesOrdered::new();
        loop {
            // Whatever it was about: the wire lets nothing out any more.
            if let Some(end) = farewell.due() {
                wire.farewell = None;
                // What was asked for is answered first, if that does not take long.
                let last = Box::pin(finish(talk, wire, &mut under_way));
                let _ = timeout(LAST_ANSWERS, last).await;
                return Box::pin(say_goodbye(talk, wire, end)).await;
            }
            if let Err(ending) = step {
                return ending;
            }
            if talk.minds_seconds() {
                clock.mind();
            }
            let begun;
            step = tokio::select! {
                _ = farewell.ended() => {
                    begun = Instant::now();
                    Ok(())
                },
                note = seat.next() => {
                    begun = Instant::now();
                    Box::pin(pass_on(talk, wire, seat, note)).await.map_err(silent)
                }
                Some(done) = under_way.next(), if !under_way.is_empty() => {
                    begun = Instant::now();
                    let answer = talk.answer(done);
                    Box::pin(tell(wire, answer)).await.map_err(silent)
                }
                // A login that has ended commands nothing more.
                message = stream.recv(), if under_way.len() < UNDER_WAY => {
                    begun = Instant::now();
                    self.heard_at = begun;
                    match farewell.is_due() {
                        true => Ok(()),
                        false => {
                            let heard = self.listen(talk, wire, message, tripped, &mut under_way);
                            Box::pin(heard).await
                        }
                    }
                }
                _ = pings.tick() => {
                    begun = Instant::now();
                    wire.control(None).await.map_err(silent)
                }
                () = clock.woken() => {
                    begun = Instant::now();
                    Box::pin(self.second(talk, wire, &mut clock)).await
                }
            };
            // Nobody listened meanwhile: that was no silence of the client.
            self.heard_at += begun.elapsed();
        }
    }

    /// About a second has passed, or the client was silent for long.
    async fn second<T: Talk>(
        &mut self,
        talk: &mut T,
        wire: &mut Wire,
        clock: &mut Clock,
    ) -> Result<(), Ending> {
        let silent_for = self.heard_at.elapsed();
        if let Some(ending) = self.overdue(silent_for, talk.is_late()) {
            return Err(ending);
        }
        clock.wind(self.dead_after - silent_for);
        talk.second(wire).await.map_err(silent)
    }

    /// Takes in what came from the client: has it carried out, or puts it under way.
    async fn listen<T: Talk>(
        &mut self,
        talk: &mut T,
        wire: &mut Wire,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
        tripped: &AtomicBool,
        under_way: &mut UnderWay<T::Done>,
    ) -> Result<(), Ending> {
        let heard = self.hear(talk, wire, message, tripped).await;
        if !matches!(heard, Ok(Heard::Nothing | Heard::Command(_))) {
            // What was asked for before is carried out and told before this.
            let finishing = Box::pin(finish(talk, wire, under_way));
            finishing.await.map_err(silent)?;
        }
        match heard? {
            Heard::Nothing => Ok(()),
            Heard::Command(command) => {
                under_way.push_back(command);
                Ok(())
            }
            Heard::Alone(command) => {
                let answer = talk.answer(command.await);
                tell(wire, answer).await.map_err(silent)
            }
            Heard::Wrong(done) => {
                let _ = tell(wire, talk.answer(done)).await;
                Err(NONSENSE)
            }
            Heard::Close(code, reason) => Err(Ending::Close(code, reason)),
        }
    }

    fn overdue(&self, silent_for: Duration, late: bool) -> Option<Ending> {
        if silent_for > self.dead_after {
            return Some(Ending::Close(1011, "nothing heard"));
        }
        let late = late && self.opened_at.elapsed() > HELLO;
        late.then_some(Ending::Close(1008, "hello is missing"))
    }

    /// Something came from the client: perhaps a command, perhaps the end. What is wrong once too
    /// often stays so; else its answer waits for its turn like any other.
    async fn hear<T: Talk>(
        &mut self,
        talk: &mut T,
        wire: &mut Wire,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
        tripped: &AtomicBool,
    ) -> Result<Heard<T::Done>, Ending> {
        let text = match message {
            None => return Err(Ending::Silent),
            Some(Err(error)) => return Err(judge(&error, tripped)),
            Some(Ok(AggregatedMessage::Close(_))) => return Err(Ending::Close(1000, "")),
            Some(Ok(AggregatedMessage::Binary(_))) => {
                return Err(Ending::Close(1003, "only text frames are understood"));
            }
            Some(Ok(AggregatedMessage::Pong(_))) => {
                return Ok(self.pace(talk, "")?.unwrap_or(Heard::Nothing));
            }
            Some(Ok(AggregatedMessage::Ping(payload))) => {
                let refused = self.pace(talk, "")?;
                wire.control(Some(&payload)).await.map_err(silent)?;
                return Ok(refused.unwrap_or(Heard::Nothing));
            }
            Some(Ok(AggregatedMessage::Text(text))) => text,
        };
        if let Some(refused) = self.pace(talk, &text)? {
            return Ok(refused);
        }
        match talk.heard(wire, &text).await.map_err(silent)? {
            Heard::Wrong(done) if self.strikes.take(Instant::now()).is_ok() => Ok(at_once(done)),
            heard => Ok(heard),
        }
    }

    /// Why the client may not say this now, if so. It is cut off when it goes on.
    fn pace<T: Talk>(&mut self, talk: &T, text: &str) -> Result<Option<Heard<T::Done>>, Ending> {
        let Err(wait) = self.frames.take(Instant::now()) else {
            return Ok(None);
        };
        if self.strikes.take(Instant::now()).is_err() {
            return Err(Ending::Close(RATE_LIMITED, "too many frames"));
        }
        let wait_ms = wait.as_millis() as u64 + 1;
        Ok(Some(at_once(talk.too_fast(text, wait_ms))))
    }
}

fn silent(Gone: Gone) -> Ending {
    Ending::Silent
}

/// What needs no work, and is told when all before it is.
fn at_once<D: 'static>(done: D) -> Heard<D> {
    Heard::Command(ready(done).boxed_local())
}

/// Passes on a note and what waits behind it: together they are one piece for the connection.
async fn pass_on<T: Talk>(
    talk: &mut T,
    wire: &mut Wire,
    seat: &mut Seat,
    first: Note,
) -> Result<(), Gone> {
    let (mut next, mut left) = (Some(first), PASSED_ON);
    while let Some(note) = next {
        talk.note(wire, note).await?;
        left -= 1;
        next = match left {
            0 => None,
            _ => seat.next_waiting(),
        };
    }
    Ok(())
}

/// Carries out and tells what is under way.
async fn finish<T: Talk>(
    talk: &mut T,
    wire: &mut Wire,
    under_way: &mut UnderWay<T::Done>,
) -> Result<(), Gone> {
    while let Some(done) = under_way.next().await {
        tell(wire, talk.answer(done)).await?;
    }
    Ok(())
}

/// Tells what came of a command, if there is anything to tell.
async fn tell(wire: &mut Wire, answer: Option<String>) -> Result<(), Gone> {
    match answer {
        Some(text) => wire.answer(text).await,
        None => Ok(()),
    }
}
