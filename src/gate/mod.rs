//! The gate: who asks, what a request brings, how an error goes out, and what every answer
//! carries. REST, sockets and dialects stand behind it side by side.

pub mod address;
pub mod body;
pub mod caller;
pub mod cookies;
mod device;
pub mod headers;
pub mod origin;
pub mod problem;
mod refusal;
pub mod routes;
