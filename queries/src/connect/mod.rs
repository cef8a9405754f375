//! How a program reaches the warehouse, with libpq's own habits.
//!
//! [`resolve`] turns flags, a `postgres://` URL, a service file, `PG*` variables
//! and the caller's defaults into a [`Target`]; [`connect`] opens a session on it.
//! The environment comes in as an argument and nothing here prompts: when a
//! password is asked for and none is known, [`ConnectError::PasswordNeeded`] says
//! so, and the caller tries again with [`Target::with_password`].

mod cancel;
mod certificate;
mod chain;
mod client_certificate;
mod clock;
mod diagnosis;
mod driver;
mod error;
mod keyword;
mod passfile;
mod resolve;
mod service;
mod session;
mod target;
mod tls;
mod url;
mod verifier;

pub use cancel::Canceller;
pub use client_certificate::ClientCertificate;
pub use clock::measure_clock;
pub use driver::{Connected, LinkEvent, UNREAD, connect};
pub use error::ConnectError;
pub use keyword::{SettingError, Settings};
pub use resolve::{Defaults, Environment, Flags, Resolved, resolve};
pub use session::SessionOptions;
pub use target::{
    ChannelBinding, PasswordSource, RootCertificates, ServerRole, SslMode, Target, TlsVersion,
    TlsVersions,
};
