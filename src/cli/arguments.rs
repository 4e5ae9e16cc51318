use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use http::{HeaderName, Method};
use sea_orm::DatabaseConnection;
use sea_orm_migration::SchemaManager;

use super::{
    Failure, Outcome, Project,
    client_limits::ClientLimits,
    limits::{Limits, seconds},
};
use crate::{
    Api, BuiltApi, PoolSettings,
    auth::Auth,
    db::{Opening, lacks_file, open},
    sessions,
};

#[derive(Parser)]
#[command(subcommand_required = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Migrate, then answer requests; what is done where no command is named
    Serve(Box<Serve>),
    /// Make or change the tables, then the permissions
    Migrate(Migrate),
    /// Make the permissions that the models declare and the database lacks
    SyncPermissions(SyncPermissions),
    /// Make a user who holds every permission
    #[command(name = "createsuperuser")]
    CreateSuperuser(CreateSuperuser),
    /// Give a user a new password
    #[command(name = "changepassword")]
    ChangePassword(ChangePassword),
    /// Look for what does not fit, without changing anything
    Check(Check),
    /// Print what every endpoint asks, and which rows it lets whom have
    Permissions(Permissions),
    /// Say why a request would be answered as it would: each part of the permissions, what is asked for and how it is
    /// held, and what would change the answer
    Explain(Explain),
    /// Delete object permissions whose rows do not exist
    CleanOrphans(CleanOrphans),
    /// Delete the sessions that have ended
    #[command(visible_alias = "clearsessions")]
    ClearSessions(ClearSessions),
    /// Delete the named tokens that have ended
    ClearTokens(ClearTokens),
}

#[derive(Args)]
pub(super) struct Database {
    /// The database; a SQLite file named after the program where nothing is said
    #[arg(long = "database-url", env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    url: Option<String>,
    /// The database server's own address, where `serve` answers requests through a pooler: for migrations, and for all
    /// other commands; DATABASE_URL where nothing is said
    #[arg(long, env, value_name = "URL", hide_env_values = true, global = true)]
    direct_database_url: Option<String>,
}

#[derive(Args)]
pub(super) struct MigrationWait {
    /// How many seconds another program that migrates the database is waited for; 600 where nothing is said
    #[arg(long, env = "MIGRATION_WAIT", value_name = "SECONDS", value_parser = seconds, global = true)]
    migration_wait: Option<Duration>,
}

#[derive(Args)]
pub(super) struct Defaults {
    /// What holds for viewsets that declare nothing, as an expression of permission classes; what the program says where
    /// nothing is said
    #[arg(long = "default-permissions", env = "DEFAULT_PERMISSIONS", value_name = "EXPRESSION")]
    permissions: Option<String>,
}

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) defaults: Defaults,
    #[command(flatten)]
    pub(super) limits: Limits,
    #[command(flatten)]
    pub(super) clients: ClientLimits,
    /// The address to serve on
    #[arg(long, env, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(super) bind: SocketAddr,
    /// The header in which a proxy in front names every request; they are named here where nothing is said
    #[arg(long, env, value_name = "NAME")]
    pub(super) request_id_header: Option<HeaderName>,
    /// Serve on the tables as they are
    #[arg(long)]
    pub(super) no_migrate: bool,
    #[command(flatten)]
    pub(super) wait: MigrationWait,
}

#[derive(Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) wait: MigrationWait,
    #[command(subcommand)]
    pub(super) step: Option<Step>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum Step {
    /// Apply what is not applied yet; what is done where nothing is said
    Up {
        /// How many migrations at most
        #[arg(short = 'n', long)]
        steps: Option<u32>,
    },
    /// Show which migrations are applied
    Status,
    /// Roll back what was applied last
    Down {
        /// How many migrations
        #[arg(short = 'n', long, default_value_t = 1)]
        steps: u32,
        #[command(flatten)]
        consent: Consent,
    },
    /// Drop every table there is, then apply all migrations
    Fresh {
        #[command(flatten)]
        consent: Consent,
    },
    /// Roll back all migrations, then apply them again
    Refresh {
        #[command(flatten)]
        consent: Consent,
    },
}

/// The answer to a question that is then not asked.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Consent {
    /// Drop the users, groups, grants and tokens that there are; a terminal is asked where this is not said
    #[arg(long)]
    pub(super) drop_users: bool,
}

#[derive(Args)]
pub(super) struct SyncPermissions {
    #[command(flatten)]
    pub(super) database: Database,
    /// Rename and remove also in a database that Django made
    #[arg(long)]
    pub(super) change_adopted: bool,
    /// Remove a permission that no declaration names, with every grant of it; may be given several times. As in
    /// app.codename, or app.model.codename where several models of an app have one of that codename
    #[arg(long, value_name = "LABEL")]
    pub(super) remove: Vec<String>,
}

#[derive(Args)]
pub(super) struct CreateSuperuser {
    #[command(flatten)]
    pub(super) database: Database,
    /// The unique name
    #[arg(long)]
    pub(super) username: Option<String>,
    /// The address
    #[arg(long)]
    pub(super) email: Option<String>,
    /// Ask nothing: the password is DJANGO_SUPERUSER_PASSWORD, and name and address may be DJANGO_SUPERUSER_USERNAME
    /// and DJANGO_SUPERUSER_EMAIL; without a password the user cannot log in until one is set
    #[arg(long, visible_alias = "noinput")]
    pub(super) no_input: bool,
}

#[derive(Args)]
pub(super) struct ChangePassword {
    #[command(flatten)]
    pub(super) database: Database,
    /// End the user's tokens too: without this, requests with them are still let in
    #[arg(long)]
    pub(super) end_tokens: bool,
    /// Whose
    pub(super) username: String,
}

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) defaults: Defaults,
    /// Fail on warnings too
    #[arg(long)]
    pub(super) strict: bool,
    /// Compare the document with this one, which was kept
    #[arg(long, value_name = "FILE")]
    pub(super) document: Option<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: CheckFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    #[default]
    Text,
    Json,
}

#[derive(Args)]
pub(super) struct Permissions {
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) defaults: Defaults,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: TableFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    #[default]
    Text,
    Markdown,
    Json,
}

#[derive(Args)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) defaults: Defaults,
    /// Who asks; nobody in particular where nothing is said
    #[arg(long)]
    pub(super) user: Option<String>,
    /// The method, as in PATCH
    pub(super) method: Method,
    /// The path, as in /api/cars/7
    pub(super) path: String,
}

#[derive(Args)]
pub(super) struct CleanOrphans {
    #[command(flatten)]
    pub(super) database: Database,
    /// The most entries one statement deletes
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) batch_size: u64,
    /// The most batches
    #[arg(long)]
    pub(super) max_batches: Option<u64>,
}

#[doc(alias = "clearsessions")]
#[derive(Args)]
pub(super) struct ClearSessions {
    #[command(flatten)]
    pub(super) database: Database,
    /// The most sessions one statement deletes
    #[arg(long, default_value_t = sessions::BATCH, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) batch_size: u64,
}

#[derive(Args)]
pub(super) struct ClearTokens {
    #[command(flatten)]
    pub(super) database: Database,
    /// The most tokens one statement deletes
    #[arg(long, default_value_t = sessions::BATCH, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) batch_size: u64,
}

impl Arguments {
    /// What the program was called with; ends it where that cannot be read, or only help was asked for.
    pub(super) fn read<P: Project>() -> Self {
        let command = Self::command().name(P::NAME).bin_name(P::NAME).version(P::VERSION);
        let matches = command.get_matches_from(with_command(std::env::args_os().collect()));
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// Serving needs no word: `drivers --bind …` is `drivers serve --bind …`.
fn with_command(mut given: Vec<OsString>) -> Vec<OsString> {
    if given.is_empty() {
        given.push(OsString::new());
    }
    let first = given.get(1).and_then(|first| first.to_str());
    let serves = match first {
        None => given.len() == 1,
        Some(first) => first.starts_with('-') && !matches!(first, "-h" | "--help" | "-V" | "--version"),
    };
    if serves {
        given.insert(1, "serve".into());
    }
    given
}

impl Database {
    /// For what is done at once; past a pooler, where there is one.
    pub(super) async fn open<P: Project>(&self, opening: Opening) -> Outcome<DatabaseConnection> {
        Ok(open(&self.direct::<P>(), opening).await?)
    }

    /// For requests.
    pub(super) async fn open_to_serve<P: Project>(&self, settings: PoolSettings) -> Outcome<DatabaseConnection> {
        Ok(open(&self.address::<P>(), Opening::Serving(settings)).await?)
    }

    /// For a command about users: where their table is not there yet, it says what makes it, and leaves no file behind.
    pub(super) async fn open_migrated<P: Project>(&self) -> Outcome<DatabaseConnection> {
        let missing = || {
            let name = P::NAME;
            Failure::saying(format!(
                "the tables are not there yet: `{name} migrate` makes them, or `cargo run -- migrate`"
            ))
        };
        if self.is_missing::<P>() {
            return Err(missing());
        }
        let db = self.open::<P>(Opening::Serving(PoolSettings::default())).await?;
        let users = P::auth().users().table.to_string();
        if SchemaManager::new(&db).has_table(users).await? { Ok(db) } else { Err(missing()) }
    }

    /// Is it a file that is not there yet?
    pub(super) fn is_missing<P: Project>(&self) -> bool {
        lacks_file(&self.direct::<P>())
    }

    pub(super) fn direct<P: Project>(&self) -> String {
        // who names a database on the command line means that one, whatever the environment has beside
        let is_typed = |variable: &str, url: &Option<String>| *url != std::env::var(variable).ok();
        let counts = is_typed("DIRECT_DATABASE_URL", &self.direct_database_url) || !is_typed("DATABASE_URL", &self.url);
        // a variable that is set to nothing is not set
        let direct = self.direct_database_url.clone().filter(|url| counts && !url.is_empty());
        direct.unwrap_or_else(|| self.address::<P>())
    }

    fn address<P: Project>(&self) -> String {
        self.url.clone().unwrap_or_else(|| format!("sqlite://{}.sqlite3?mode=rwc", P::NAME))
    }
}

impl MigrationWait {
    pub(super) fn limit<P: Project>(&self) -> Duration {
        self.migration_wait.unwrap_or(P::MIGRATION_WAIT)
    }
}

impl Defaults {
    /// The project's API, with the default that was asked for.
    pub(super) fn api<P: Project>(&self, db: &DatabaseConnection, auth: &Auth) -> Outcome<BuiltApi> {
        self.api_with::<P>(db, auth, |api| api)
    }

    /// The same, with settings made before the project's own.
    pub(super) fn api_with<P: Project>(
        &self,
        db: &DatabaseConnection,
        auth: &Auth,
        set: impl FnOnce(Api) -> Api,
    ) -> Outcome<BuiltApi> {
        // a variable that is set to nothing is not set
        let permissions = match self.permissions.as_deref().filter(|expression| !expression.trim().is_empty()) {
            Some(expression) => {
                P::classes().parse(expression).map_err(|error| Failure::new("DEFAULT_PERMISSIONS", error))?
            }
            None => P::default_permissions(),
        };
        let api = Api::new(P::TITLE, P::VERSION, db.clone()).auth(auth.clone()).default_permissions(permissions);
        let api = api.models(P::models());
        Ok(P::api(set(api), db)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn serving_needs_no_word() {
        let read = |given: &[&str]| {
            let given = with_command(given.iter().map(OsString::from).collect());
            Arguments::try_parse_from(given).map(|read| read.command).map_err(|error| error.kind())
        };
        assert!(matches!(read(&["drivers"]), Ok(Command::Serve(_))));
        assert!(matches!(read(&["drivers", "--no-migrate"]), Ok(Command::Serve(serve)) if serve.no_migrate));
        assert!(matches!(read(&["drivers", "check", "--strict"]), Ok(Command::Check(Check { strict: true, .. }))));
        assert!(matches!(read(&["drivers", "--help"]), Err(clap::error::ErrorKind::DisplayHelp)));
        assert!(matches!(read(&["drivers", "nonsense"]), Err(clap::error::ErrorKind::InvalidSubcommand)));
        let fresh = read(&["drivers", "migrate", "fresh", "--database-url", "sqlite::memory:"]);
        let Ok(Command::Migrate(Migrate { step: Some(Step::Fresh { .. }), database, .. })) = fresh else {
            panic!("`migrate fresh` is one of migrate's steps");
        };
        assert_eq!(database.url.as_deref(), Some("sqlite::memory:"));
    }
}
