use http::Method;

use super::TestSite;

/// What a test calls a caller without a credential.
const NOBODY: &str = "nobody";
const YES: &str = "yes";

impl TestSite {
    /// Who gets what where, as a table in Markdown: a request a line, a user a column, `nobody` for one without a credential;
    /// in each cell `yes`, or the status of the refusal.
    ///
    /// ```
    /// # use refrain::doc_example::Drivers;
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::testing::TestSite;
    ///
    /// let site = TestSite::of::<Drivers>().await;
    /// site.user("bob").holding(["drivers.view_car"]).await;
    /// site.assert_access(
    ///     "
    ///     |                | nobody | bob |
    ///     |----------------|--------|-----|
    ///     | GET /api/cars  | 401    | yes |
    ///     | POST /api/cars | 401    | 403 |
    ///     ",
    /// )
    /// .await;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Nothing is sent, and so nothing changed: the answers are those that [`explain`](crate::BuiltApi::explain) tells. They are
    /// the requests' own as far as the endpoint's permissions say it: before bodies, queries and further arguments such as
    /// [`Listed`](crate::Listed) are read, and without headers.
    ///
    /// # Panics
    /// Where anything is otherwise than the table says: with the whole table as it is, the changed lines marked, and an
    /// explanation of the first cell that differs. Where a line names no endpoint, or a column no user.
    #[track_caller]
    pub fn assert_access<'s>(&'s self, table: &str) -> impl Future<Output = ()> + 's {
        let at = std::panic::Location::caller();
        let expected = Matrix::read(table);
        async move {
            let expected = expected.unwrap_or_else(|mistake| panic!("{at}: {mistake}"));
            let (actual, first) = self.access_as(&expected).await;
            let Some((user, method, path)) = first else { return };
            let user = (user != NOBODY).then_some(user.as_str());
            let why = self.at_its_time(self.api.explain(user, &method, &path)).await.map(|why| why.to_string());
            let why = why.unwrap_or_else(|error| error.to_string());
            let shown = actual.show(Some(&expected));
            panic!("{at}: access is not as the table says. It is, with `>` before what differs:\n\n{shown}\n{why}");
        }
    }

    /// The table of these users and requests as it is, to begin with.
    ///
    /// ```
    /// # use refrain::doc_example::Drivers;
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::testing::TestSite;
    ///
    /// let site = TestSite::of::<Drivers>().await;
    /// site.user("bob").holding(["drivers.view_car"]).await;
    /// let table = site.access(&["nobody", "bob"], &["GET /api/cars"]).await;
    /// println!("{table}");
    /// site.assert_access(&table).await;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// # Panics
    /// Where there is no such user or endpoint.
    pub async fn access(&self, users: &[&str], requests: &[&str]) -> String {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let lines = owned(requests).into_iter().map(|request| (request, vec![String::new(); users.len()])).collect();
        self.access_as(&Matrix { users: owned(users), lines }).await.0.show(None)
    }

    /// The same users and requests with what they get, and the first cell that differs.
    async fn access_as(&self, asked: &Matrix) -> (Matrix, Option<(String, Method, String)>) {
        asked.users.iter().filter(|user| *user != NOBODY).for_each(|user| self.remember(user));
        let (mut lines, mut first) = (Vec::new(), None);
        for (request, expected) in &asked.lines {
            let (method, path) = request.split_once(' ').unwrap_or((request, ""));
            let method: Method = method.parse().unwrap_or_else(|_| panic!("`{request}` is no request"));
            let path = path.trim();
            let mut cells = Vec::new();
            for (user, expected) in asked.users.iter().zip(expected) {
                let name = (user != NOBODY).then_some(user.as_str());
                let told = self.at_its_time(self.api.explain(name, &method, path)).await;
                let told = told.unwrap_or_else(|error| panic!("{request} as {user}: {error}"));
                let cell = told.outcome.status.map_or_else(|| YES.to_owned(), |status| status.to_string());
                if cell != *expected && first.is_none() {
                    first = Some((user.clone(), method.clone(), path.to_owned()));
                }
                cells.push(cell);
            }
            lines.push((request.clone(), cells));
        }
        (Matrix { users: asked.users.clone(), lines }, first)
    }
}

/// Requests by users.
#[derive(Debug, PartialEq)]
struct Matrix {
    users: Vec<String>,
    lines: Vec<(String, Vec<String>)>,
}

impl Matrix {
    fn read(table: &str) -> Result<Self, String> {
        let cells = |line: &str| -> Vec<String> {
            let line = line.strip_prefix('|').unwrap_or(line);
            let line = line.strip_suffix('|').unwrap_or(line);
            line.split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let is_rule = |line: &&str| !line.chars().all(|char| matches!(char, '|' | '-' | ':' | ' '));
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty()).filter(is_rule);
        let users: Vec<String> = lines.next().map(cells).into_iter().flatten().skip(1).collect();
        if users.is_empty() || users.iter().any(String::is_empty) {
            return Err("the table's first line names no users: `| | nobody | alice |`".to_owned());
        }
        let lines = lines.map(|line| {
            let mut cells = cells(line);
            let given = cells.split_off(1);
            if given.len() != users.len() {
                return Err(format!("`{line}` has {} cells for {} users", given.len(), users.len()));
            }
            Ok((cells.remove(0), given))
        });
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        if lines.is_empty() { Err("the table has no request".to_owned()) } else { Ok(Self { users, lines }) }
    }

    /// As a table, a `>` before what differs from another one.
    fn show(&self, from: Option<&Self>) -> String {
        let first = self.lines.iter().map(|(request, _)| request.len()).max().unwrap_or_default();
        let mut text = format!("| {:first$} |", "");
        let mut rule = format!("|{:-<1$}|", "", first + 2);
        let width = |user: &str| user.len().max(4);
        for user in &self.users {
            text += &format!(" {user:width$} |", width = width(user));
            rule += &format!("{:-<1$}|", "", width(user) + 2);
        }
        text += &format!("\n{rule}\n");
        for (place, (request, cells)) in self.lines.iter().enumerate() {
            text += &format!("| {request:first$} |");
            for (column, (user, cell)) in self.users.iter().zip(cells).enumerate() {
                let differs = from.is_some_and(|from| from.lines[place].1[column] != *cell);
                let cell = if differs { format!(">{cell}") } else { cell.clone() };
                text += &format!(" {cell:width$} |", width = width(user));
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_is_shown() {
        let table = "
            |               | nobody | bob |
            |---------------|:------:|-----|
            | GET /api/cars | 401    | yes |
            | PUT /api/cars/1 | 401 | 403 |
        ";
        let matrix = Matrix::read(table).expect("a table");
        assert_eq!(matrix.users, ["nobody", "bob"]);
        assert_eq!(matrix.lines[1], ("PUT /api/cars/1".to_owned(), vec!["401".to_owned(), "403".to_owned()]));
        assert_eq!(Matrix::read(&matrix.show(None)), Ok(matrix));
    }

    #[test]
    fn what_is_no_table_is_told() {
        for (table, mistake) in [
            ("", "the table's first line names no users: `| | nobody | alice |`"),
            ("| | bob |", "the table has no request"),
            ("| | bob |\n| GET / | 200 | 404 |", "`| GET / | 200 | 404 |` has 2 cells for 1 users"),
        ] {
            assert_eq!(Matrix::read(table), Err(mistake.to_owned()));
        }
    }
}
