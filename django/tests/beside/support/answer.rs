use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What is asked of the site and of the program alike.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub content_type: String,
    pub body: String,
}

/// What either answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    /// by names in small letters
    pub headers: BTreeMap<String, String>,
    pub cookies: BTreeMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_owned(), path: path.into(), ..Self::default() }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.with("Authorization", format!("Token {token}"))
    }

    pub fn cookies(self, cookies: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.with("Cookie", pairs.join("; "))
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.content_type = "application/json".to_owned();
        self.body = body.to_string();
        self
    }

    /// A form's fields; a name may come several times.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.content_type = "application/x-www-form-urlencoded".to_owned();
        self.body = pairs.join("&");
        self
    }

    pub fn to_json(&self) -> Value {
        let headers: BTreeMap<_, _> = self.headers.iter().cloned().collect();
        json!({
            "do": "ask", "method": self.method, "path": self.path, "headers": headers, "body": self.body,
            "content_type": self.content_type,
        })
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    #[track_caller]
    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.get(name).unwrap_or_else(|| panic!("no cookie `{name}`: {self:?}"))
    }

    /// The same, where the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
