//! Somebody's browser, to an API under test.

use std::{collections::BTreeMap, sync::Mutex};

use poem::http::{Method, header::SET_COOKIE};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, answer};

const NOBODY: (&str, &str) = ("not_authenticated", "Authentication credentials were not provided.");

/// Keeps cookies, and sends the token back, as a page of the site's own does.
pub struct Browser<'a> {
    client: &'a Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub fn new(client: &'a Client) -> Self {
        Self { client, cookies: Mutex::default() }
    }

    pub fn with(client: &'a Client, key: &str) -> Self {
        let browser = Self::new(client);
        browser.set("sessionid", key);
        browser
    }

    pub fn set(&self, name: &str, value: &str) {
        self.cookies.lock().expect("no panic").insert(name.to_owned(), value.to_owned());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("no panic").get(name).cloned()
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Json>) -> Answer {
        let mut request = self.client.raw().request(method, path);
        let cookies: Vec<String> =
            self.cookies.lock().expect("no panic").iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body_json(&body);
        }
        let answer = answer(request.send().await).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is ASCII");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            match cookie.contains("Max-Age=0") {
                true => drop(self.cookies.lock().expect("no panic").remove(name)),
                false => self.set(name, value),
            }
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{cookie}");
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Option<Json>) -> Answer {
        let token = self.cookie("csrftoken");
        let headers: Vec<(&str, &str)> = token.iter().map(|token| ("x-csrftoken", &**token)).collect();
        self.send(Method::POST, path, &headers, body).await
    }

    pub async fn log_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/auth/login", Some(json!({"username": username, "password": password}))).await
    }

    /// Who they are let in as.
    pub async fn name(&self) -> Option<String> {
        let answer = self.get("/api/auth/me").await;
        match answer.code() {
            200 => answer.json()["username"].as_str().map(str::to_owned),
            401 => {
                answer.is_problem(401, NOBODY.0, NOBODY.1, &Json::Null);
                None
            }
            _ => panic!("{answer:?}"),
        }
    }
}
