//! The paths and frames of systems that Switchboard replaces, so that their clients work here
//! unchanged. Each is one thin file that translates to the desk; no rule lives here.

pub mod customer_support;
mod customer_support_errors;
mod customer_support_shapes;
mod customer_support_socket;

use actix_web::web::ServiceConfig;

/// The addresses of every dialect.
pub fn routes(config: &mut ServiceConfig) {
    customer_support::routes(config);
}
