//! The one integration test binary: every test that needs more than one module.

#![forbid(unsafe_code)]

mod access;
mod access_table;
mod bad_commands;
mod bad_frames;
mod bad_handshake;
mod bad_http;
mod bad_input;
mod bad_texts;
mod command_line;
mod commands;
mod compose;
mod cost;
mod customer_support;
mod demo;
mod dispatch;
mod dispatch_fill;
mod dispatch_lines;
mod dispatch_rules;
mod dispatch_time;
mod dispatch_walk;
mod dispatch_why;
mod dispatch_world;
mod docs;
mod faults;
mod harness;
mod many;
mod migrations;
mod opening;
mod pages;
mod person;
mod process;
mod proxy;
mod readme;
mod services;
mod services_test;
mod socket;
mod story;
mod tidy;
mod tls;
mod traps;
mod traps_database;
mod traps_logins;
mod wire;
