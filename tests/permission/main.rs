//! Rules, classes and expressions: who may, in which rows, and what the others are told.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod compile_errors; // what types refuse, and the words in which the compiler says so
mod denials; // the code and the sentence of the class that refused
mod explaining; // why an answer is what it is
mod refusals; // what is not built
mod row_hooks; // rules that only Rust can say
mod rules_agree; // requests, rows and lists by one rule, against a brute-force model
mod status_matrix; // who gets which status from `ModelPermissions`
mod stock_classes; // what each class of the caller and the action says
mod through; // rules that follow a key to another viewset's rows
