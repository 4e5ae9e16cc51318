//! Swagger UI at `/docs`, in a browser that reaches nothing but the program.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::time::Duration;

use fantoccini::{Client, Locator, error::CmdError};
use serde_json::{Value as Json, json};
use support::{Driver, Site};

/// A page with an operation opened and answered.
struct Page(Client);

impl Page {
    async fn click(&self, css: &str) -> Result<(), CmdError> {
        let wait = self.0.wait().at_most(Duration::from_secs(30));
        let element = wait.for_element(Locator::Css(css)).await?;
        // where it is, whatever floats above it
        self.0
            .execute("arguments[0].click()", vec![serde_json::to_value(element).expect("an element is a reference")])
            .await?;
        Ok(())
    }

    async fn text(&self, css: &str) -> Result<String, CmdError> {
        let wait = self.0.wait().at_most(Duration::from_secs(30));
        wait.for_element(Locator::Css(css)).await?.text().await
    }

    /// Opens an operation, sends the example that is filled in, and reads the status and the body of the answer.
    async fn call(&self, operation: &str) -> Result<(String, Json), CmdError> {
        let at = format!("#operations-{operation}");
        self.click(&format!("{at} .opblock-summary-control")).await?;
        self.click(&format!("{at} .try-out__btn")).await?;
        self.click(&format!("{at} .execute")).await?;
        let status = self.text(&format!("{at} .live-responses-table .response .response-col_status")).await?;
        let body = self.text(&format!("{at} .live-responses-table .response .highlight-code code")).await?;
        Ok((status.trim().to_owned(), serde_json::from_str(&body).expect("the answer is shown as JSON")))
    }
}

#[tokio::test]
async fn a_token_is_given_and_a_call_is_tried() {
    let site = Site::start("docs-page");
    let driver = Driver::start();
    let browser = driver.browser().await;
    let (address, token) = (site.address.clone(), site.token("bob").to_owned());
    let tried = tokio::spawn(try_it(browser.clone(), address, token)).await;
    // whatever came of it: the driver would leave it running
    browser.close().await.expect("the browser ends");
    tried.expect("nothing in it is wrong").expect("the page has what is looked for");
}

async fn try_it(browser: Client, address: String, token: String) -> Result<(), CmdError> {
    browser.goto(&format!("http://{address}/docs")).await?;
    let page = Page(browser);

    let (status, problem) = page.call("auth-auth_me").await?;
    assert_eq!((status.as_str(), &problem["code"]), ("401", &json!("not_authenticated")));

    page.click(".btn.authorize").await?;
    let dialog = page.text(".dialog-ux .modal-ux").await?;
    assert!(dialog.contains("tokenAuth") && dialog.contains("Token <key>"), "it says what to write: {dialog}");
    // beside it is the box of the session's cookie
    let of_token = "//h4[contains(., 'tokenAuth')]/ancestor::div[contains(@class, 'auth-container')][1]";
    let find = async |what: &str| page.0.find(Locator::XPath(&format!("{of_token}{what}"))).await;
    find("//input").await?.send_keys(&format!("Token {token}")).await?;
    find("//button[contains(@class, 'authorize')]").await?.click().await?;
    page.click(".auth-btn-wrapper .btn-done").await?;

    let (status, list) = page.call("cars-cars_list").await?;
    assert_eq!((status.as_str(), &list["count"]), ("200", &json!(0)));

    let (status, problem) = page.call("cars-cars_create").await?;
    assert_eq!((status.as_str(), &problem["code"]), ("403", &json!("permission_denied")));
    assert_eq!(problem["detail"], "You do not have permission to perform this action.");

    let script = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let Json::Array(fetched) = page.0.execute(script, vec![]).await? else { panic!("a list of addresses") };
    assert!(!fetched.is_empty(), "the calls are among them");
    for fetched in fetched {
        let fetched = fetched.as_str().expect("an address");
        assert!(fetched.starts_with(&format!("http://{address}/")), "`{fetched}` is not the program's");
    }
    Ok(())
}
