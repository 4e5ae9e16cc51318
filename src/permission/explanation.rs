use std::fmt;

use serde::Serialize;

/// Why a caller may do something, or may not: what [`BuiltApi::explain`](crate::BuiltApi::explain) tells.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use poem::http::Method;
/// use refrain::Api;
///
/// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
/// let why = api.explain(Some("alice"), &Method::GET, "/api/cars").await?;
/// assert_eq!((why.user.as_str(), why.action.as_str()), ("alice", "list"));
/// assert_eq!(why.outcome.status, Some(403));
/// assert_eq!(why.permissions[0].label, "drivers.view_car");
/// println!("{why}");
/// # Ok(())
/// # });
/// ```
///
/// The outcome is the one the request itself gets, found by the same questions.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Who asked; empty for an anonymous caller.
    pub user: String,
    /// The request: `PATCH /api/cars/7`.
    pub request: String,
    /// The action it stands for: `partial_update`.
    pub action: String,
    /// What the request would be answered before its body is read.
    pub outcome: Outcome,
    /// The expression, with each part's verdict.
    pub expression: PartExplained,
    /// The permissions asked for, and how they are held.
    pub permissions: Vec<AskedPermission>,
    /// The fields that are not everybody's; empty where there are none, and where no row is asked about.
    pub fields: Vec<FieldExplained>,
    /// What would change the answer, each by itself; empty where the answer is yes, or nothing would.
    pub would_change: Vec<String>,
}

/// A field by permission, in the row that was asked about.
///
/// ```
/// use refrain::permission::{Explanation, FieldExplained, Verdict};
///
/// fn hidden(why: &Explanation) -> Vec<&str> {
///     let is_hidden =
///         |field: &&FieldExplained| field.shown.as_ref().is_some_and(|part| part.verdict == Verdict::No);
///     why.fields.iter().filter(is_hidden).map(|field| field.field.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldExplained {
    /// Its name.
    pub field: String,
    /// Is it shown? `None` where everybody is shown it.
    pub shown: Option<PartExplained>,
    /// May it be written? `None` where the action writes nothing, and where whoever writes the row writes it.
    pub written: Option<PartExplained>,
}

/// What a request would be answered.
///
/// ```
/// use refrain::permission::Explanation;
///
/// fn in_words(why: &Explanation) -> String {
///     match (why.outcome.status, &why.outcome.detail) {
///         (Some(status), Some(detail)) => format!("{status}: {detail}"),
///         _ => "goes on".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// May it go on?
    pub allowed: bool,
    /// The status of the refusal; none where it may go on.
    pub status: Option<u16>,
    /// The sentence of the refusal.
    pub detail: Option<String>,
}

impl Outcome {
    pub(crate) const ALLOWED: Self = Self { allowed: true, status: None, detail: None };
}

/// A part of an expression.
///
/// ```
/// use refrain::permission::{PartExplained, Verdict};
///
/// /// The parts of an expression that said no.
/// fn refusing(part: &PartExplained) -> Vec<&str> {
///     let mut found: Vec<&str> = part.parts.iter().flat_map(refusing).collect();
///     if part.parts.is_empty() && part.verdict == Verdict::No {
///         found.push(&part.expression);
///     }
///     found
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartExplained {
    /// As it is written.
    pub expression: String,
    /// What it says.
    pub verdict: Verdict,
    /// The rows it lets through, for people; empty where it was not asked.
    pub rows: String,
    /// Its own parts.
    pub parts: Vec<PartExplained>,
}

/// What a part says.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use poem::http::Method;
/// use refrain::{Api, permission::Verdict};
///
/// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
/// let why = api.explain(Some("alice"), &Method::GET, "/api/cars").await?;
/// // `ModelPermissions & IsOwnerOrReadOnly`: the first part settles it
/// let parts = &why.expression.parts;
/// assert_eq!((parts[0].verdict, parts[1].verdict), (Verdict::No, Verdict::NotAsked));
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It lets the caller through.
    Yes,
    /// It does not.
    No,
    /// It lets some rows through; no single row was asked about.
    Depends,
    /// It was not asked: a part before it settled the answer.
    NotAsked,
}

/// A permission that was asked for.
///
/// ```
/// use refrain::permission::Explanation;
///
/// fn lacking(why: &Explanation) -> Vec<&str> {
///     why.permissions.iter().filter(|asked| asked.held.is_empty()).map(|asked| asked.label.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskedPermission {
    /// `drivers.change_car`
    pub label: String,
    /// How it is held: `superuser`, `directly`, `through group Editors`, `granted on the row`, …; empty where it is not.
    pub held: Vec<String>,
}

impl Verdict {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Depends => "depends on the row",
            Self::NotAsked => "not asked",
        }
    }
}

impl PartExplained {
    pub(super) fn unasked(expression: String) -> Self {
        Self { expression, verdict: Verdict::NotAsked, rows: String::new(), parts: Vec::new() }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let Self { expression, verdict, rows, parts } = self;
        write!(f, "{:indent$}{expression}: {}", "", verdict.word(), indent = depth * 2)?;
        let constant = matches!(rows.as_str(), "" | "every row" | "no row");
        if parts.is_empty() && !constant {
            writeln!(f, " ({rows})")?
        } else {
            writeln!(f)?
        }
        parts.iter().try_for_each(|part| part.write(f, depth + 1))
    }
}

/// The tree, for a terminal.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.user.is_empty() { "an anonymous caller" } else { &self.user };
        write!(f, "{} as {user} ({}): ", self.request, self.action)?;
        match &self.outcome {
            Outcome { allowed: true, .. } => writeln!(f, "allowed")?,
            Outcome { status, detail, .. } => {
                writeln!(f, "{} {}", status.unwrap_or_default(), detail.as_deref().unwrap_or_default())?;
            }
        }
        writeln!(f)?;
        self.expression.write(f, 0)?;
        if !self.permissions.is_empty() {
            writeln!(f, "\nasked for:")?;
        }
        for AskedPermission { label, held } in &self.permissions {
            let held = if held.is_empty() { "not held".to_owned() } else { format!("held {}", held.join(", ")) };
            writeln!(f, "  {label}: {held}")?;
        }
        for FieldExplained { field, shown, written } in &self.fields {
            for (what, part) in [("shown", shown), ("written", written)] {
                let Some(part) = part else { continue };
                writeln!(f, "\nthe field `{field}` is {what} where:")?;
                part.write(f, 1)?;
            }
        }
        if !self.would_change.is_empty() {
            writeln!(f, "\nthe answer would be yes after any of these:")?;
        }
        self.would_change.iter().try_for_each(|change| writeln!(f, "  {change}"))
    }
}
