//! `refrain`: starts a program, adds models to it, and reads the database of a Django site.
//!
//! ```text
//! refrain new notebook
//! refrain add model Task "title:text(200)" due:date? owner
//! refrain inspect-django postgres://site@localhost/site --write
//! ```

mod declaration;
mod django;
mod error;
mod names;
mod project;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::error::Result;

#[derive(Parser)]
#[command(name = "refrain", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a new program: one model, its viewset, migration and test
    New(New),
    /// Write something more into the program in this folder
    #[command(subcommand)]
    Add(Add),
    /// Tell what is in the database of a Django site, and write declarations of its models
    InspectDjango(InspectDjango),
}

#[derive(Args)]
struct New {
    /// What it is called: the folder, the package and the app label of its models
    name: String,
    /// The database that it is built for
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Refrain's own sources, in place of the published crate
    #[arg(long, value_name = "FOLDER")]
    refrain: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Mysql,
}

#[derive(Subcommand)]
enum Add {
    /// Write a model with its serializer, viewset, migration and test
    Model(Model),
}

#[derive(Args)]
struct Model {
    /// What one of them is called: `Task`
    name: String,
    /// Its fields: `title:text(200)`, `due:date?`, `project:Project`, `owner`
    ///
    /// `name:type`, and `?` behind a type that may be null. The types: text, text(N), int, bigint, bool, float,
    /// decimal(DIGITS,PLACES), date, time, moment, uuid, bytes, json, user, and models of this program. `owner` alone is
    /// the user whose it is.
    #[arg(verbatim_doc_comment)]
    fields: Vec<String>,
}

#[derive(Args)]
struct InspectDjango {
    /// The site's database: `postgres://…`, `mysql://…` or `sqlite://site.sqlite3`
    #[arg(env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    url: String,
    /// Write entities, serializers and viewsets into the program in this folder
    #[arg(long)]
    write: bool,
    /// The app whose models are written, by its label; may be given several times. All but Django's own where nothing is
    /// said
    #[arg(long, value_name = "LABEL", requires = "write")]
    app: Vec<String>,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(told) => {
            print!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<String> {
    match command {
        Command::New(new) => project::new(&new.name, new.database, new.refrain.as_deref()),
        Command::Add(Add::Model(model)) => project::add_model(&model.name, &model.fields),
        Command::InspectDjango(options) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(django::inspect(&options.url, options.write, &options.app))
        }
    }
}
