use std::{fs, path::Path};

use super::super::Project;
use crate::api::{BuiltApi, Finding};

/// The document that was kept, compared with the program's own.
///
/// One that is named on the command line must be there. The project's own may be missing, as it is beside a program that
/// was installed without its sources.
pub(super) fn compared<P: Project>(named: Option<&Path>, api: &BuiltApi) -> Vec<Finding> {
    let Some(path) = named.or(P::DOCUMENT.map(Path::new)) else { return Vec::new() };
    match fs::read_to_string(path) {
        Ok(kept) => api.check_document(&kept),
        Err(error) => {
            let message = format!("the document `{}` cannot be read: {error}", path.display());
            vec![match named {
                Some(_) => Finding::error("document", message),
                None => Finding::warning("document", message),
            }]
        }
    }
}
