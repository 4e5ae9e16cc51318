use sea_orm::{ConnectionTrait, QueryFilter, Select};

use super::{Beside, Granted, PermissionOf, Subject, permission_of::codenames, row_key::unnameable};
use crate::{
    Db, Error, Result,
    auth::{Auth, Ceiling},
    model::{Model, ModelInfo},
};

/// The permissions that rows are looked for by, and which of them are held on every row.
pub(super) struct Wanted {
    /// Any grant whatever is enough.
    anything: bool,
    missing: Vec<String>,
    some_everywhere: bool,
}

impl Wanted {
    /// Each once; `None` for any grant whatever. An empty list is refused, which guardian takes for that (CONTRACT 8.26).
    pub(super) fn of<M: Model>(permissions: Option<&[PermissionOf<M>]>) -> Result<Self> {
        let Some(permissions) = permissions else {
            return Ok(Self { anything: true, missing: Vec::new(), some_everywhere: false });
        };
        let mut missing: Vec<String> = Vec::new();
        for codename in codenames(Some(permissions))?.into_iter().flatten() {
            if !missing.iter().any(|known| known == codename) {
                missing.push(codename.to_owned());
            }
        }
        if missing.is_empty() {
            return Err(Error::invalid("no permission is named: which are the rows to be looked for by?"));
        }
        Ok(Self { anything: false, missing, some_everywhere: false })
    }

    /// Leaves out what a ceiling does not name. Can there be a row yet?
    pub(super) fn is_left_within(&mut self, ceiling: &Ceiling, model: &ModelInfo, any: bool) -> bool {
        let of_model = |label: &str| label.strip_prefix(model.granted_on().0)?.strip_prefix('.').map(str::to_owned);
        let allowed: Vec<String> = ceiling.labels().filter_map(of_model).collect();
        if self.anything {
            let declared: Vec<String> = model.declared_permissions().map(|(codename, _)| codename).collect();
            let of_this = |codename: &String| declared.contains(codename);
            (self.anything, self.missing) = (false, allowed.into_iter().filter(of_this).collect());
            return !self.missing.is_empty();
        }
        let wanted = self.missing.len();
        self.missing.retain(|codename| allowed.contains(codename));
        if any { !self.missing.is_empty() } else { self.missing.len() == wanted }
    }

    /// Those not known to be held on every row.
    pub(super) fn codenames(&self) -> Vec<String> {
        self.missing.clone()
    }

    /// This one is held on every row.
    pub(super) fn holds_everywhere(&mut self, codename: &str) {
        let before = self.missing.len();
        self.missing.retain(|missing| missing != codename);
        self.some_everywhere |= self.missing.len() < before;
    }

    /// The rows on which what is not held everywhere was granted: any of it, or each of it by whatever way
    /// (CONTRACT 8.25).
    pub(super) fn rows<M: Model>(
        self,
        auth: &Auth,
        db: Db<'_>,
        model: &ModelInfo,
        subject: &Subject,
        any: bool,
    ) -> Result<Select<M>> {
        let on = db.get_database_backend();
        if self.anything {
            let granted = Granted::new(auth, model, subject, None, on).ok_or_else(|| unnameable(model))?;
            return Ok(M::find().filter(granted.condition(Beside::NoOther)));
        }
        if self.missing.is_empty() || (any && self.some_everywhere) {
            return Ok(M::find());
        }
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        let beside = if any || missing.len() == 1 { Beside::NoOther } else { Beside::Others };
        missing.chunks(if any { missing.len() } else { 1 }).try_fold(M::find(), |rows, codenames| {
            let granted = Granted::new(auth, model, subject, Some(codenames), on);
            Ok(rows.filter(granted.ok_or_else(|| unnameable(model))?.condition(beside)))
        })
    }
}
