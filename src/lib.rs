//! Live-chat dispatch for customer support.

#![forbid(unsafe_code)]

pub mod dispatch;
pub mod words;
