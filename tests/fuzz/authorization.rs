use base64::{Engine, engine::general_purpose::STANDARD};
use poem::http::{Method, Uri};
use refrain_testing::{TestDb, every_database};

use crate::{
    driver::{Target, fuzz},
    limits::Limits,
    over_http::{PASSWORD, Site},
};

const TARGET: Target = Target {
    name: "authorization",
    words: &[
        "Token ",
        "Basic ",
        "Bearer ",
        "token",
        "basic",
        "{token}",
        "{basic}",
        "alice",
        "ａｌｉｃｅ",
        "ALICE",
        "alice ",
        "\nremote:",
        "\nauthorization:",
        "authorization:",
        "remote:",
        ":",
        "se:cret",
        "YWxpY2U6c2U6Y3JldA==",
        "=",
        ",",
    ],
    limits: Limits::USUAL,
};

/// Each line of an input is a header, `authorization:…` or `remote:…`. `{token}` and `{basic}` stand for what is right.
#[every_database]
async fn only_the_right_credentials_let_anybody_in(db: TestDb) {
    let site = Site::open(&db).await;
    let right = [format!("Token {}", site.token), format!("Basic {}", STANDARD.encode(format!("alice:{PASSWORD}")))];
    fuzz(&TARGET, async |input| {
        let mut headers: Vec<(&str, Vec<u8>)> = Vec::new();
        for line in input.split(|byte| *byte == b'\n').take(20) {
            let (name, value) = match (line.strip_prefix(b"authorization:"), line.strip_prefix(b"remote:")) {
                (Some(value), _) => ("authorization", value),
                (_, Some(value)) => ("x-remote-user", value),
                _ => ("authorization", line),
            };
            let value = replace(value, b"{token}", right[0].as_bytes());
            headers.push((name, replace(&value, b"{basic}", right[1].as_bytes())));
        }
        let sent: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let taken = site.ask(Method::GET, Uri::from_static("/api/me"), &sent, Vec::new()).await;
        if taken.status == 200 && taken.text != "\"\"" {
            assert_eq!(taken.text, "\"alice\"", "there is nobody else");
            assert!(headers.iter().any(|(name, value)| lets_in(name, value, &site.token)), "let in by {headers:?}");
        }
        format!("{} {}", taken.kind(), taken.text.len().min(12))
    })
    .await;
}

/// May this header, were it the only one, let alice in?
fn lets_in(name: &str, value: &[u8], token: &str) -> bool {
    let value = value.trim_ascii();
    if name == "x-remote-user" {
        return value == b"alice";
    }
    let Some(space) = value.iter().position(u8::is_ascii_whitespace) else { return false };
    let (word, rest) = (value[..space].to_ascii_lowercase(), value[space..].trim_ascii());
    match word.as_slice() {
        b"token" => rest == token.as_bytes(),
        b"basic" => STANDARD.decode(rest).is_ok_and(|decoded| decoded == format!("alice:{PASSWORD}").into_bytes()),
        _ => false,
    }
}

fn replace(text: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    match text.windows(what.len()).position(|window| window == what) {
        Some(at) => [&text[..at], with, &text[at + what.len()..]].concat(),
        None => text.to_vec(),
    }
}
