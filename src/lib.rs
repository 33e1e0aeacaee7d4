//! Live-chat dispatch for customer support.
//!
//! A map of the house, from the ground up; a module names only those above it.

#![forbid(unsafe_code)]

pub mod error;
pub mod words;

pub mod access;
pub mod current;
pub mod recent;

pub mod settings;

pub mod hours;

pub mod dispatch;

pub mod store;

pub mod metrics;
pub mod news;

pub mod eta;
pub mod hub;

pub mod bell;

pub mod desk;

pub mod attachments;
pub mod board;
pub mod erasing;
pub mod export;
pub mod indexer;
pub mod minutes;
pub mod node;
pub mod people;
pub mod positions;
pub mod reports;
pub mod retention;
pub mod watch;

pub mod limits;

pub mod tuning;

pub mod app;

pub mod gate;

pub mod api;

pub mod live;

pub mod dialects;
pub mod pages;

pub mod http;
pub mod shared_redis;
pub mod vital;

pub mod folder;
pub mod kin;
pub mod server;

pub mod doctor;
pub mod health;
pub mod logging;

pub mod client;

pub mod bench;
pub mod demo;
