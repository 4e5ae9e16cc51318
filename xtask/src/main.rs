//! `cargo xtask`: the tasks of this workspace.

mod bench;
mod ci;
mod examples;
mod figures;
mod fuzz;
mod install;
mod mutants;
mod new_program;
mod openapi;
mod pgbouncer;
mod pictures;
mod run;
mod servers;
mod soak;
mod stop;
mod tables;
mod test;
mod tls;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a task gives back: nothing, or the sentence to end with.
type Result<T = ()> = std::result::Result<T, String>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The tasks of this workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every test on SQLite, PostgreSQL and MariaDB, with servers started for the run.
    Test(test::Options),
    /// Start PostgreSQL, MariaDB and Redis, print how to reach them, and stop them on Ctrl-C.
    Servers,
    /// See to Node, Python, a browser and their packages, and print where they are.
    Tools,
    /// Make the checked-in document and its clients anew.
    Openapi(openapi::Options),
    /// Draw the pictures of the guide anew, from their texts.
    Pictures(pictures::Options),
    /// Make the tables of the guide anew, from the sources.
    Tables(tables::Options),
    /// Run the benches, or one of them.
    Bench(bench::Options),
    /// Change the code that decides, in every way that cargo-mutants knows, and see that a test notices each.
    Mutants(mutants::Options),
    /// Give what reads bytes from outside bytes that nobody meant, for long.
    Fuzz(fuzz::Options),
    /// Serve by two nodes while what they stand on fails, in every way and at random, for long.
    Soak(soak::Options),
    /// Run what a change must pass; with names, only these steps.
    Ci {
        /// The steps, all of them when left out.
        #[arg(value_enum)]
        steps: Vec<ci::Step>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Servers => servers(),
        Task::Tools => tools(),
        Task::Openapi(options) => openapi::run(&options),
        Task::Pictures(options) => pictures::run(&options),
        Task::Tables(options) => tables::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Mutants(options) => mutants::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Soak(options) => soak::run(&options),
        Task::Ci { steps } => ci::run(&steps),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn tools() -> Result {
    for (variable, place) in tools::prepare()? {
        println!("export {variable}={place}");
    }
    Ok(())
}

fn servers() -> Result {
    let stop = stop::Stop::on_ctrl_c()?;
    let servers = servers::Servers::start()?;
    for (variable, url) in servers.variables() {
        println!("export {variable}='{url}'");
    }
    eprintln!("all run until Ctrl-C");
    stop.wait();
    Ok(())
}
