//! The one integration test binary: every test that needs more than one module.

#![forbid(unsafe_code)]

mod services;
mod services_test;
