//! A Django site on the same database, with the same `SECRET_KEY`: each reads what the other wrote.

#![allow(missing_docs, unreachable_pub)]

mod support;

use support::{Site, Tools, here, run};

const KEY: &str = "what both sites sign with: $e%(c";
const PASSWORD: &str = "wheels";

struct Beside {
    site: Site,
}

impl Beside {
    fn django(&self, arguments: &[&str]) -> String {
        self.django_with(KEY, arguments)
    }

    fn django_with(&self, key: &str, arguments: &[&str]) -> String {
        let mut command = Tools::django();
        command.arg(here().join("tests/support/django_site.py")).arg(self.site.folder().join("drivers.sqlite3"));
        run(command.arg(key).args(arguments)).trim().to_owned()
    }

    /// The status, and the whole answer.
    fn ask(&self, head: &str, body: &str) -> (String, String) {
        let answer = self.site.ask(head, body);
        let status = answer.split_whitespace().nth(1).expect("an answer has a status").to_owned();
        (status, answer)
    }

    fn me(&self, cookies: &str) -> (String, String) {
        self.ask(&format!("GET /api/auth/me HTTP/1.1\r\nCookie: {cookies}\r\n"), "")
    }
}

fn cookie<'a>(answer: &'a str, name: &str) -> &'a str {
    let cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    let value = |cookie: &'a str| cookie.split(';').next()?.strip_prefix(name)?.strip_prefix('=');
    cookies.filter_map(value).next().unwrap_or_else(|| panic!("no cookie `{name}`: {answer}"))
}

#[test]
fn who_logs_in_there_is_let_in_here_and_the_other_way_round() {
    let beside = Beside { site: Site::start_with("django-beside", &[("SECRET_KEY", KEY)]) };

    let told = beside.django(&["log_in", "alice", PASSWORD]);
    let [key, secret, masked] = told.split_whitespace().collect::<Vec<_>>()[..] else { panic!("three: {told}") };
    let (status, answer) = beside.me(&format!("sessionid={key}"));
    assert_eq!(status, "200", "{answer}");
    assert!(answer.contains("\"username\":\"alice\""), "{answer}");

    let log_out = |token: &str| {
        let cookies = format!("Cookie: sessionid={key}; csrftoken={secret}\r\n");
        let head = format!("POST /api/auth/logout HTTP/1.1\r\nContent-Length: 0\r\n{cookies}X-CSRFToken: {token}\r\n");
        beside.ask(&head, "")
    };
    let (status, answer) = log_out(&secret.chars().rev().collect::<String>());
    assert_eq!(status, "403", "{answer}");
    assert!(answer.contains("CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect."), "{answer}");
    assert_eq!(
        beside.django(&["who", key]),
        "alice True {'cart': {'é': [1, 2.5, None], 'long': '".to_owned() + &"x".repeat(300) + "'}}"
    );
    assert_eq!(log_out(masked).0, "204", "the token of a form of Django's");
    assert_eq!(beside.django(&["who", key]), "nobody True {}");

    let body = format!("{{\"username\":\"alice\",\"password\":\"{PASSWORD}\"}}");
    let (length, json) = (body.len(), "Content-Type: application/json");
    let (status, answer) =
        beside.ask(&format!("POST /api/auth/login HTTP/1.1\r\n{json}\r\nContent-Length: {length}\r\n"), &body);
    assert_eq!(status, "200", "{answer}");
    let (key, secret) = (cookie(&answer, "sessionid"), cookie(&answer, "csrftoken"));
    assert_eq!(beside.django(&["who", key]), "alice True {}");
    assert_eq!(beside.django(&["matches", secret, secret]), "True");
    assert_eq!(beside.django_with("another key", &["who", key]), "nobody True {}");
}
