//! Live-chat dispatch for customer support.

#![forbid(unsafe_code)]

pub mod dispatch;
pub mod error;
pub mod store;
pub mod words;
