//! `#[every_database]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Error, Ident, ItemFn, LitStr, Result, Token,
    parse::{Parse, ParseStream},
};

/// The name of the test on each database, and of the database in `refrain_testing::Backend`.
const DATABASES: [(&str, &str); 3] = [("sqlite", "Sqlite"), ("postgres", "Postgres"), ("mariadb", "MariaDb")];

const USAGE: &str = "`#[every_database]` takes `tables = none` or `tables = uuid_users`, \
                     and, for some databases only, `sqlite, because = \"…\"`";

/// The function, and a module of its name with one test for each database.
pub(crate) fn expand(arguments: TokenStream, mut function: ItemFn) -> Result<TokenStream> {
    let arguments: Arguments = syn::parse2(arguments)?;
    let name = &function.sig.ident;
    if function.sig.asyncness.is_none() || function.sig.inputs.len() != 1 {
        return Err(Error::new(name.span(), "a test on every database is an `async fn` of one argument, `db: TestDb`"));
    }
    let (on_tests, on_function): (Vec<Attribute>, Vec<Attribute>) =
        std::mem::take(&mut function.attrs).into_iter().partition(belongs_on_tests);
    let conditions: Vec<_> = on_function.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let tests = DATABASES.iter().filter(|(test, _)| arguments.run_on(test)).map(|(test, backend)| {
        let (test, backend) = (format_ident!("{test}", span = name.span()), format_ident!("{backend}"));
        let because = arguments.because.as_ref().map(|because| quote!(#[doc = #because]));
        let run = match &arguments.tables {
            None => quote!(::refrain_testing::on(::refrain_testing::Backend::#backend, super::#name)),
            Some(tables) => quote! {
                ::refrain_testing::on_tables(
                    ::refrain_testing::Backend::#backend,
                    ::refrain_testing::Tables::#tables,
                    super::#name,
                )
            },
        };
        quote! {
            #(#on_tests)*
            #because
            #[test]
            fn #test() {
                #run
            }
        }
    });
    Ok(quote! {
        #(#on_function)*
        #function
        #(#conditions)*
        mod #name {
            #(#tests)*
        }
    })
}

/// What stands in the parentheses.
#[derive(Default)]
struct Arguments {
    only: Vec<String>,
    because: Option<LitStr>,
    tables: Option<Ident>,
}

impl Arguments {
    fn run_on(&self, test: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == test)
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut found = Self::default();
        let mut first_only = None;
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            let named = word.to_string();
            if DATABASES.iter().any(|(test, _)| *test == named) {
                found.only.push(named);
                first_only.get_or_insert(word);
            } else if named == "because" {
                input.parse::<Token![=]>()?;
                found.because = Some(input.parse()?);
            } else if named == "tables" {
                input.parse::<Token![=]>()?;
                found.tables = Some(tables(&input.parse()?)?);
            } else {
                return Err(Error::new(word.span(), USAGE));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        match (&first_only, &found.because) {
            (Some(only), None) => {
                let message =
                    format!("a test on `{only}` alone says why: `#[every_database({only}, because = \"…\")]`");
                Err(Error::new(only.span(), message))
            }
            (None, Some(because)) => Err(Error::new(because.span(), "`because` explains the databases named; none is")),
            _ => Ok(found),
        }
    }
}

/// The variant of `refrain_testing::Tables`.
fn tables(word: &Ident) -> Result<Ident> {
    match word.to_string().as_str() {
        "none" => Ok(Ident::new("None", word.span())),
        "uuid_users" => Ok(Ident::new("UuidUsers", word.span())),
        _ => Err(Error::new(word.span(), "the tables are `none` or `uuid_users`; leave it out for Django's")),
    }
}

fn belongs_on_tests(attribute: &Attribute) -> bool {
    ["doc", "ignore", "should_panic"].iter().any(|name| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn on(arguments: TokenStream, function: ItemFn) -> std::result::Result<String, String> {
        expand(arguments, function).map(|tokens| tokens.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn one_function_becomes_three_tests() {
        let expanded = on(
            quote!(),
            parse_quote! {
                /// Why.
                #[ignore]
                #[cfg(unix)]
                #[expect(dead_code)]
                async fn grants(db: TestDb) {}
            },
        );
        let test = |name: &str, backend: &str| {
            let (name, backend) = (format_ident!("{name}"), format_ident!("{backend}"));
            quote! {
                #[doc = r" Why."]
                #[ignore]
                #[test]
                fn #name() {
                    ::refrain_testing::on(::refrain_testing::Backend::#backend, super::grants)
                }
            }
        };
        let (sqlite, postgres, mariadb) =
            (test("sqlite", "Sqlite"), test("postgres", "Postgres"), test("mariadb", "MariaDb"));
        let expected = quote! {
            #[cfg(unix)]
            #[expect(dead_code)]
            async fn grants(db: TestDb) {}
            #[cfg(unix)]
            mod grants {
                #sqlite
                #postgres
                #mariadb
            }
        };
        assert_eq!(expanded, Ok(expected.to_string()));
    }

    #[test]
    fn one_database_needs_a_reason() {
        let test: ItemFn = parse_quote!(
            async fn wal(db: TestDb) {}
        );
        let expanded = on(quote!(sqlite, because = "servers have no files"), test.clone()).expect("a reason is given");
        assert!(expanded.contains("servers have no files") && !expanded.contains("postgres"), "{expanded}");
        assert_eq!(
            on(quote!(sqlite), test.clone()),
            Err("a test on `sqlite` alone says why: `#[every_database(sqlite, because = \"…\")]`".to_owned())
        );
        assert_eq!(
            on(quote!(because = "x"), test.clone()),
            Err("`because` explains the databases named; none is".to_owned())
        );
        assert_eq!(on(quote!(oracle), test), Err(USAGE.to_owned()));
    }

    #[test]
    fn tables_are_chosen_by_name() {
        let test: ItemFn = parse_quote!(
            async fn empty(db: TestDb) {}
        );
        let expanded = on(quote!(tables = none), test.clone()).expect("a known name");
        assert!(expanded.contains(&quote!(::refrain_testing::Tables::None).to_string()), "{expanded}");
        assert!(on(quote!(tables = some), test).is_err());
    }

    #[test]
    fn only_async_functions_of_one_argument_are_taken() {
        let expected = Err("a test on every database is an `async fn` of one argument, `db: TestDb`".to_owned());
        assert_eq!(
            on(
                quote!(),
                parse_quote!(
                    fn plain(db: TestDb) {}
                )
            ),
            expected
        );
        assert_eq!(
            on(
                quote!(),
                parse_quote!(
                    async fn none() {}
                )
            ),
            expected
        );
    }
}
