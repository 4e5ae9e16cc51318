use std::collections::BTreeSet;

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Requests, TestSite};
use crate::viewset::RowPaths;

impl TestSite {
    /// For every viewset, every user that the test spoke of, and nobody: the rows of the list are those that can be retrieved
    /// one by one.
    ///
    /// ```
    /// # use refrain::doc_example::{Drivers, car};
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::testing::TestSite;
    /// use sea_orm::{ActiveModelTrait, ActiveValue::Set};
    ///
    /// let site = TestSite::of::<Drivers>().await;
    /// site.user("alice").holding(["drivers.view_car"]).await;
    /// for name in ["Golf", "Polo"] {
    ///     let (name, owner_id, published) = (Set(name.to_owned()), Set(None), Set(true));
    ///     car::ActiveModel { name, owner_id, published, ..Default::default() }.insert(site.db()).await?;
    /// }
    /// site.assert_lists_agree_with_rows().await;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The rows are those that the test has put there. A viewset that says different things for `list` and for `retrieve`
    /// is left out, and so is one that is found only below another's rows, or that does not show what its paths name.
    ///
    /// # Panics
    /// Where they differ: with the rows, and why the first is answered so. Where an answer is neither a yes nor a refusal, such
    /// as those of throttles, which count these requests too.
    pub async fn assert_lists_agree_with_rows(&self) {
        let users: Vec<Option<String>> = self.usernames().into_iter().map(Some).chain([None]).collect();
        let lists = self.api.lists_of_rows().await.expect("the rows are read");
        for (path, RowPaths { names, rows }) in lists {
            let Some(names) = names else { continue };
            for user in &users {
                let requests = Requests::new(self, user.clone());
                let listed = listed(&requests, &path, &names).await;
                let mut retrieved = BTreeSet::new();
                for row in &rows {
                    let answer = requests.get(&path_of(&path, row)).await;
                    match answer.status {
                        200 => drop(retrieved.insert(row.clone())),
                        401 | 403 | 404 => {}
                        _ => answer.is_no_verdict(),
                    }
                }
                if let Some(differs) = listed.symmetric_difference(&retrieved).next() {
                    let who = user.as_deref().unwrap_or("nobody");
                    let why = self
                        .at_its_time(self.api.explain(user.as_deref(), &Method::GET, &path_of(&path, differs)))
                        .await;
                    let why = why.map_or_else(|error| error.to_string(), |why| why.to_string());
                    panic!("{who} is listed {listed:?} at {path}, and can retrieve {retrieved:?}\n\n{why}");
                }
            }
        }
    }
}

/// The path of a row.
fn path_of(list: &str, row: &[String]) -> String {
    let variables = row.iter().map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
    [list.to_owned()].into_iter().chain(variables).collect::<Vec<_>>().join("/")
}

/// What is listed, page by page; nothing where the list is refused.
async fn listed(requests: &Requests<'_>, path: &str, names: &[&str]) -> BTreeSet<Vec<String>> {
    let (mut listed, mut next) = (BTreeSet::new(), Some(path.to_owned()));
    while let Some(page) = next {
        let answer = requests.get(&page).await;
        match answer.status {
            200 => {}
            401 | 403 if page == path => break,
            _ => answer.is_no_verdict(),
        }
        let json = answer.json();
        for row in json["results"].as_array().into_iter().flatten() {
            let variable = |name: &&str| match &row[*name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            listed.insert(names.iter().map(variable).collect());
        }
        next = json["next"].as_str().map(str::to_owned);
    }
    listed
}
