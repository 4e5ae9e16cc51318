//! The command line that a program embeds: `serve`, `migrate`, `sync-permissions`, `createsuperuser`, `changepassword`,
//! `check`, `permissions`, `explain`, `clean-orphans`, `clear-sessions` and `clear-tokens`.
//!
//! A program says once what it consists of, as a [`Project`], and its `main` is one line:
//!
//! ```no_run
//! # use refrain::doc_example::Drivers;
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     refrain::cli::run::<Drivers>()
//! }
//! ```
//!
//! | environment | meaning | when left out |
//! |---|---|---|
//! | `DATABASE_URL` | the database | a SQLite file named after the program |
//! | `DIRECT_DATABASE_URL` | the server's own address, where `serve` answers requests through a pooler | `DATABASE_URL` |
//! | `DATABASE_MAX_CONNECTIONS` and others | connections and limits of `serve`: see [`PoolSettings`](crate::PoolSettings) | fit |
//! | `REQUEST_TIMEOUT` | how many seconds a request may take | 30 |
//! | `MIGRATION_WAIT` | how many seconds another program that migrates is waited for | [`Project::MIGRATION_WAIT`] |
//! | `BIND` | the address to serve on | `127.0.0.1:3000` |
//! | `HTTP_MAX_CONNECTIONS` and others | what clients may hold, as [`ServeSettings`](crate::ServeSettings) | fit |
//! | `REQUEST_ID_HEADER` | the header in which a proxy in front names requests | they are named here |
//! | `DEFAULT_PERMISSIONS` | the global default, as an expression | what the project says |
//!
//! Each is also an option: `--database-url`, `--bind`, `--default-permissions`. Without a command the program serves.
//! It ends with 0 where all went well, with 1 and one sentence on the error output where not, and with 2 where the
//! command line could not be read.

mod arguments;
mod check;
mod clean_orphans;
mod clear_sessions;
mod clear_tokens;
mod client_limits;
mod drop_users;
mod explain;
mod failure;
mod limits;
mod migrate;
mod out;
mod people;
mod permissions;
mod project;
mod prompt;
mod serve;
mod sync_permissions;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use failure::{Failure, Outcome};
pub use project::{Project, Starting};

/// Reads the command line and does what it says.
///
/// ```no_run
/// # use refrain::doc_example::Drivers;
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     refrain::cli::run::<Drivers>()
/// }
/// ```
pub fn run<P: Project>() -> ExitCode {
    let arguments = Arguments::read::<P>();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new("the program could not start", error).report(),
    };
    runtime.block_on(execute::<P>(arguments.command)).unwrap_or_else(|failure| failure.report())
}

async fn execute<P: Project>(command: Command) -> Outcome<ExitCode> {
    match command {
        Command::Serve(options) => serve::run::<P>(*options).await?,
        Command::Migrate(options) => migrate::run::<P>(options).await?,
        Command::SyncPermissions(options) => sync_permissions::run::<P>(options).await?,
        Command::CreateSuperuser(options) => people::create_superuser::<P>(options).await?,
        Command::ChangePassword(options) => people::change_password::<P>(options).await?,
        Command::Permissions(options) => permissions::run::<P>(options).await?,
        Command::Explain(options) => explain::run::<P>(options).await?,
        Command::CleanOrphans(options) => clean_orphans::run::<P>(options).await?,
        Command::ClearSessions(options) => clear_sessions::run::<P>(options).await?,
        Command::ClearTokens(options) => clear_tokens::run::<P>(options).await?,
        Command::Check(options) => return check::run::<P>(options).await,
    }
    Ok(ExitCode::SUCCESS)
}
