use std::{collections::BTreeMap, fmt};

use super::{
    AllowAny, DenyAll, HasPerm, HasPerms, IntoPermissions, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly,
    IsOwner, IsOwnerOrReadOnly, IsSuperuser, ModelPermissions, ModelPermissionsOrAnonReadOnly, ObjectPermissions,
    Permissions, ReadOnly,
};

/// The classes an expression in configuration may name: the stock ones, and those registered.
///
/// ```
/// use refrain::permission::Classes;
///
/// let classes = Classes::default();
/// let default = classes.parse("IsAuthenticated & (ModelPermissions | IsOwner)")?;
/// assert_eq!(default.to_string(), "IsAuthenticated & (ModelPermissions | IsOwner)");
///
/// let error = classes.parse("IsAuthenticated & IsOwnr").unwrap_err();
/// assert_eq!(error.column, 19);
/// # Ok::<(), refrain::permission::ExpressionError>(())
/// ```
///
/// `!` binds tighter than `&`, and `&` tighter than `|`, as in Rust and in DRF (CONTRACT 6.13).
#[derive(Clone)]
pub struct Classes {
    named: BTreeMap<String, Permissions>,
}

impl Default for Classes {
    fn default() -> Self {
        Self { named: BTreeMap::new() }
            .with("AllowAny", AllowAny)
            .with("DenyAll", DenyAll)
            .with("IsAuthenticated", IsAuthenticated)
            .with("IsAdminUser", IsAdminUser)
            .with("IsSuperuser", IsSuperuser)
            .with("IsAuthenticatedOrReadOnly", IsAuthenticatedOrReadOnly)
            .with("ReadOnly", ReadOnly)
            .with("ModelPermissions", ModelPermissions)
            .with("ModelPermissionsOrAnonReadOnly", ModelPermissionsOrAnonReadOnly)
            .with("ObjectPermissions", ObjectPermissions)
            .with("IsOwner", IsOwner)
            .with("IsOwnerOrReadOnly", IsOwnerOrReadOnly)
    }
}

impl Classes {
    /// Registers a class, or an expression, under a name; a name given twice is the later one.
    ///
    /// ```
    /// use refrain::{IsAdminUser, IsOwner, permission::Classes};
    ///
    /// let classes = Classes::default().with("MayEdit", IsOwner | IsAdminUser);
    /// assert_eq!(classes.parse("IsAuthenticated & MayEdit")?.to_string(), "IsAuthenticated & (IsOwner | IsAdminUser)");
    /// # Ok::<(), refrain::permission::ExpressionError>(())
    /// ```
    pub fn with(mut self, name: impl Into<String>, permissions: impl IntoPermissions) -> Self {
        self.named.insert(name.into(), permissions.into_permissions());
        self
    }

    /// Reads an expression. The error says where it stopped making sense.
    pub fn parse(&self, text: &str) -> Result<Permissions, ExpressionError> {
        let mut parser = Parser { classes: self, text, at: 0, depth: 0 };
        let permissions = parser.any()?;
        match parser.peek() {
            None => Ok(permissions),
            Some(')') => Err(parser.error("this `)` closes nothing")),
            Some(_) => Err(parser.error("expected `&`, `|` or the end")),
        }
    }
}

/// An expression that could not be read.
///
/// ```
/// use refrain::permission::Classes;
///
/// let error = Classes::default().parse("IsOwner & ").unwrap_err();
/// assert_eq!(error.column, 11);
/// println!("{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// Where, counted in characters from 1.
    pub column: usize,
    text: String,
}

/// The message, the expression, and a mark under the place.
impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} at column {} of the permission expression", self.message, self.column)?;
        writeln!(f, "    {}", self.text.replace(char::is_whitespace, " "))?;
        write!(f, "    {}^", " ".repeat(self.column - 1))
    }
}

/// Brackets and `!` deeper than this are a mistake, and would cost stack.
const DEEPEST: usize = 64;

struct Parser<'a> {
    classes: &'a Classes,
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Permissions, ExpressionError> {
        let mut parts = vec![self.all()?];
        while self.take('|') {
            parts.push(self.all()?);
        }
        Ok(single_or(parts, Permissions::Or))
    }

    fn all(&mut self) -> Result<Permissions, ExpressionError> {
        let mut parts = vec![self.part()?];
        while self.take('&') {
            parts.push(self.part()?);
        }
        Ok(single_or(parts, Permissions::And))
    }

    fn part(&mut self) -> Result<Permissions, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("nested too deeply"));
        }
        let part = if self.take('!') || self.take('~') {
            Permissions::Not(Box::new(self.part()?))
        } else if self.take('(') {
            let inner = self.any()?;
            self.expect(')')?;
            inner
        } else {
            self.class()?
        };
        self.depth -= 1;
        Ok(part)
    }

    fn class(&mut self) -> Result<Permissions, ExpressionError> {
        self.skip_spaces();
        let start = self.at;
        let name = self.word();
        match name {
            "" => Err(self.error("expected the name of a permission class, `!` or `(`")),
            "HasPerm" => {
                self.expect('(')?;
                let label = self.label()?;
                self.expect(')')?;
                Ok(HasPerm(label).into_permissions())
            }
            "HasPerms" => {
                self.expect('(')?;
                self.expect('[')?;
                let mut labels = vec![self.label()?];
                while self.take(',') {
                    labels.push(self.label()?);
                }
                self.expect(']')?;
                self.expect(')')?;
                Ok(HasPerms(labels).into_permissions())
            }
            name => self.classes.named.get(name).cloned().ok_or_else(|| self.unknown(name, start)),
        }
    }

    /// A permission's label in double quotes.
    fn label(&mut self) -> Result<String, ExpressionError> {
        self.skip_spaces();
        let start = self.at;
        let quoted =
            |error: &Self| error.error_at("expected a permission in double quotes, as in `\"app.codename\"`", start);
        let inner = self.text[start..].strip_prefix('"').ok_or_else(|| quoted(self))?;
        let end = inner.find('"').ok_or_else(|| quoted(self))?;
        let label = &inner[..end];
        // what is printed can be read again
        if format!("{label:?}") != format!("\"{label}\"") {
            return Err(self.error_at("a permission's name has no `\\` and no unprintable characters", start));
        }
        if !label.split_once('.').is_some_and(|(app, codename)| !app.is_empty() && !codename.is_empty()) {
            return Err(self.error_at(&format!("`{label}` is not of the form `app.codename`"), start));
        }
        self.at = start + end + 2;
        Ok(label.to_owned())
    }

    fn unknown(&self, name: &str, start: usize) -> ExpressionError {
        let known: Vec<&str> = self.classes.named.keys().map(String::as_str).chain(["HasPerm", "HasPerms"]).collect();
        let message = format!("no permission class is called `{name}` (there are {})", known.join(", "));
        self.error_at(&message, start)
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn expect(&mut self, sign: char) -> Result<(), ExpressionError> {
        if self.take(sign) { Ok(()) } else { Err(self.error(&format!("expected `{sign}`"))) }
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_spaces();
        self.text[self.at..].chars().next()
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, message: &str) -> ExpressionError {
        self.error_at(message, self.at)
    }

    fn error_at(&self, message: &str, at: usize) -> ExpressionError {
        let column = self.text[..at].chars().count() + 1;
        ExpressionError { message: message.to_owned(), column, text: self.text.to_owned() }
    }
}

fn single_or(mut parts: Vec<Permissions>, join: fn(Vec<Permissions>) -> Permissions) -> Permissions {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Classes::default().parse(text).expect(text).to_string()
    }
    fn refused(text: &str) -> (String, usize) {
        let error = Classes::default().parse(text).expect_err(text);
        (error.message, error.column)
    }

    #[test]
    fn and_binds_tighter_than_or_and_not_tightest() {
        assert_eq!(read("IsAuthenticated|ReadOnly&!IsOwner"), "IsAuthenticated | ReadOnly & !IsOwner");
        assert_eq!(read("( IsAuthenticated | ReadOnly ) & ~ IsOwner"), "(IsAuthenticated | ReadOnly) & !IsOwner");
        assert_eq!(read("!(AllowAny & DenyAll)"), "!(AllowAny & DenyAll)");
        assert_eq!(read("!!AllowAny"), "!!AllowAny");
    }

    #[test]
    fn many_parts_are_not_deep() {
        let wide = ["!AllowAny"; 3 * DEEPEST].join(" | ");
        assert_eq!(read(&wide), wide);
    }

    #[test]
    fn permissions_are_named_in_quotes() {
        assert_eq!(read(r#"HasPerm("drivers.publish_car")"#), r#"HasPerm("drivers.publish_car")"#);
        assert_eq!(read(r#"HasPerms(["a.b", "c.d"])"#), r#"HasPerms(["a.b", "c.d"])"#);
        assert_eq!(refused("HasPerm(drivers.publish_car)").1, 9);
        assert_eq!(refused(r#"HasPerm("publish_car")"#), ("`publish_car` is not of the form `app.codename`".into(), 9));
        for label in [".publish_car", "drivers."] {
            let message = format!("`{label}` is not of the form `app.codename`");
            assert_eq!(refused(&format!("HasPerm(\"{label}\")")), (message, 9));
        }
        assert_eq!(refused(r#"HasPerms([])"#).1, 11);
        for label in ["a.b\\c", "a.b\u{7f}", "a.b\nc", "a.\u{202e}b", "a.e\u{301}"] {
            assert_eq!(refused(&format!("HasPerm(\"{label}\")")).1, 9, "{label:?}");
        }
        assert_eq!(read("HasPerm(\"café.l'öffnen\")"), "HasPerm(\"café.l'öffnen\")");
    }

    #[test]
    fn an_error_points_at_its_place() {
        assert_eq!(refused("").1, 1);
        assert_eq!(refused("IsAuthenticated &").1, 18);
        assert_eq!(refused("IsAuthenticated IsOwner"), ("expected `&`, `|` or the end".into(), 17));
        assert_eq!(refused("(AllowAny"), ("expected `)`".into(), 10));
        assert_eq!(refused("AllowAny)"), ("this `)` closes nothing".into(), 9));
        assert_eq!(refused("ärger").1, 1);
        let nested = |signs: usize| "!".repeat(signs) + "AllowAny";
        assert_eq!(refused(&nested(DEEPEST)).0, "nested too deeply");
        assert_eq!(read(&nested(DEEPEST - 1)), nested(DEEPEST - 1));
        let error = Classes::default().parse("AllowAny & Nobody").unwrap_err().to_string();
        assert!(error.ends_with("\n    AllowAny & Nobody\n               ^"), "{error}");
    }

    #[test]
    fn registered_classes_are_known() {
        let classes = Classes::default().with("Subscriber", HasPerm("club.read"));
        assert_eq!(classes.parse("Subscriber & ReadOnly").unwrap().to_string(), "HasPerm(\"club.read\") & ReadOnly");
    }
}
