//! Rules are combined by operators, which know what none of several means.

use refrain::Rule;

fn main() {
    let teams: Vec<Rule> = Vec::new();
    let _ = teams.iter().cloned().fold(Rule::Never, |any, rule| any | rule);
    let _ = Rule::Any(teams);
}
