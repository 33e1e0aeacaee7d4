//! The gate: who asks, what a request brings, and how an error goes out. REST, sockets and
//! dialects stand behind it side by side.

pub mod address;
pub mod body;
pub mod caller;
mod device;
pub mod problem;
mod refusal;
