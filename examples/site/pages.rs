//! The pages, and who is let in to each.

use std::{collections::BTreeMap, sync::LazyLock};

use minijinja::{Environment, Value, context};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route, get, handler,
    http::Method,
    post,
    web::{Data, Form, Html, Path, Query, Redirect},
};
use refrain::{
    AllowAny, BuiltApi, Caller, Error, IsAuthenticated, PageSession, Problem, Result, http::safe_next, templates::Perms,
};
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{
    forms::{CarForm, LogInForm, Next},
    inside::Inside,
};

/// A page, or what keeps it from being shown.
type Page<T = Html<String>> = std::result::Result<T, Problem>;

/// Whoever has logged in is let in; what they may do there the API says.
pub(super) fn routes(api: BuiltApi) -> Result<impl Endpoint<Output = Response>> {
    let everybody = api.guarding(AllowAny)?.or_log_in_at("/login");
    let known = api.guarding(IsAuthenticated)?.or_log_in_at("/login");
    let db = api.db().clone();
    let inside = Inside::new(api.into_endpoint());
    let cars = Route::new()
        .at("/", get(list))
        .at("/new", get(new).post(create))
        .at("/:id", get(edit).post(update))
        .at("/:id/delete", post(delete))
        .at("/:id/publish", post(publish));
    let pages = Route::new()
        .at("/", get(home))
        .at("/login", get(log_in_form).post(log_in).with(everybody))
        .at("/logout", post(log_out).with(known.clone()))
        .nest("/cars", cars.with(known));
    Ok(pages.data(inside).data(db).map_to_response())
}

#[handler]
fn home() -> Redirect {
    Redirect::see_other("/cars")
}

#[handler]
async fn list(
    request: &Request,
    caller: Caller,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    db: Data<&DatabaseConnection>,
) -> Page {
    let cars = inside.ask(request, &session, Method::GET, "/api/cars?ordering=name", None).await?;
    let perms = Perms::of(*db, &caller).await?.into_value();
    let cars = Value::from_serialize(&cars["results"]);
    show("cars.html", context! { username => caller.username, token => session.form_token(), perms, cars })
}

#[handler]
async fn new(caller: Caller, session: PageSession<'_>) -> Page {
    form(&caller, &session, "", &BTreeMap::new())
}

#[handler]
async fn create(
    request: &Request,
    caller: Caller,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    car: Form<CarForm>,
) -> Page<Answer> {
    let body = json!({ "name": car.name });
    let made = inside.ask(request, &session, Method::POST, "/api/cars", Some(body)).await;
    saved(made, &caller, &session, &car)
}

#[handler]
async fn edit(
    request: &Request,
    caller: Caller,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    Path(id): Path<u64>,
) -> Page {
    let car = inside.ask(request, &session, Method::GET, &format!("/api/cars/{id}"), None).await?;
    form(&caller, &session, car["name"].as_str().unwrap_or_default(), &BTreeMap::new())
}

#[handler]
async fn update(
    request: &Request,
    caller: Caller,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    Path(id): Path<u64>,
    car: Form<CarForm>,
) -> Page<Answer> {
    let body = json!({ "name": car.name });
    let changed = inside.ask(request, &session, Method::PATCH, &format!("/api/cars/{id}"), Some(body)).await;
    saved(changed, &caller, &session, &car)
}

#[handler]
async fn delete(
    request: &Request,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    Path(id): Path<u64>,
) -> Page<Redirect> {
    inside.ask(request, &session, Method::DELETE, &format!("/api/cars/{id}"), None).await?;
    Ok(Redirect::see_other("/cars"))
}

#[handler]
async fn publish(
    request: &Request,
    session: PageSession<'_>,
    inside: Data<&Inside>,
    Path(id): Path<u64>,
) -> Page<Redirect> {
    inside.ask(request, &session, Method::POST, &format!("/api/cars/{id}/publish"), None).await?;
    Ok(Redirect::see_other("/cars"))
}

#[handler]
fn log_in_form(session: PageSession<'_>, Query(Next { next }): Query<Next>) -> Page {
    log_in_page(&session, &next, "")
}

#[handler]
async fn log_in(session: PageSession<'_>, form: Form<LogInForm>) -> Page<Answer> {
    // made before: logging in consumes the session
    let again = log_in_page(&session, &form.next, &form.username)?;
    match session.log_in(&form.username, &form.password).await? {
        Some(_) => Ok(Answer::Elsewhere(Redirect::see_other(safe_next(&form.next).unwrap_or("/cars")))),
        None => Ok(Answer::Page(again)),
    }
}

#[handler]
async fn log_out(session: PageSession<'_>) -> Page<Redirect> {
    session.log_out().await?;
    Ok(Redirect::see_other("/login"))
}

/// A form is shown again, or leads on.
enum Answer {
    Page(Html<String>),
    Elsewhere(Redirect),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => page.into_response(),
            Self::Elsewhere(to) => to.into_response(),
        }
    }
}

/// What is wrong with a car is shown beside it; every other refusal is a page of its own.
fn saved<T>(answer: Page<T>, caller: &Caller, session: &PageSession<'_>, car: &CarForm) -> Page<Answer> {
    match answer {
        Ok(_) => Ok(Answer::Elsewhere(Redirect::see_other("/cars"))),
        Err(problem) if !problem.errors().is_empty() => {
            Ok(Answer::Page(form(caller, session, &car.name, problem.errors())?))
        }
        Err(problem) => Err(problem),
    }
}

fn form(caller: &Caller, session: &PageSession<'_>, name: &str, errors: &BTreeMap<String, Vec<String>>) -> Page {
    let errors = Value::from_serialize(errors);
    show("car.html", context! { username => caller.username, token => session.form_token(), name, errors })
}

fn log_in_page(session: &PageSession<'_>, next: &str, failed: &str) -> Page {
    show("log_in.html", context! { token => session.form_token(), next, failed })
}

fn show(template: &str, values: Value) -> Page {
    let template = TEMPLATES.get_template(template).map_err(Error::could_not_tell)?;
    Ok(Html(template.render(values).map_err(Error::could_not_tell)?))
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, text) in [
        ("base.html", include_str!("templates/base.html")),
        ("car.html", include_str!("templates/car.html")),
        ("cars.html", include_str!("templates/cars.html")),
        ("log_in.html", include_str!("templates/log_in.html")),
    ] {
        templates.add_template(name, text).expect("tests have shown every page");
    }
    templates
});
