//! The example's pages, in Chromium: who logs in sees what they may, and does it.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::time::Duration;

use fantoccini::{Client, Locator, error::CmdError};
use support::{Driver, Site};

struct Browser {
    client: Client,
    address: String,
}

impl Browser {
    async fn open(&self, path: &str) -> Result<(), CmdError> {
        self.client.goto(&format!("http://{}{path}", self.address)).await
    }

    async fn path(&self) -> Result<String, CmdError> {
        let url = self.client.current_url().await?;
        Ok(url.path().to_owned() + &url.query().map(|query| format!("?{query}")).unwrap_or_default())
    }

    async fn text(&self) -> Result<String, CmdError> {
        self.client.find(Locator::Css("body")).await?.text().await
    }

    async fn type_into(&self, name: &str, text: &str) -> Result<(), CmdError> {
        let field = self.client.find(Locator::Css(&format!("input[name={name}]"))).await?;
        field.clear().await?;
        field.send_keys(text).await
    }

    /// Presses it, and waits for the page that it leads to.
    async fn press(&self, css: &str) -> Result<(), CmdError> {
        let wait = || self.client.wait().at_most(Duration::from_secs(30));
        let button = wait().for_element(Locator::Css(css)).await?;
        let page = self.client.find(Locator::Css("html")).await?;
        button.click().await?;
        // a reference to what is no more there is an error
        for _ in 0..300 {
            if page.attr("lang").await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        wait().for_element(Locator::Css("body")).await.map(drop)
    }

    async fn log_in(&self, name: &str, password: &str) -> Result<(), CmdError> {
        self.type_into("username", name).await?;
        self.type_into("password", password).await?;
        self.press("#log-in").await
    }

    /// How many there are of each.
    async fn buttons(&self) -> Result<[usize; 4], CmdError> {
        let mut found = [0; 4];
        for (place, css) in ["#add", ".edit", ".delete", ".publish"].iter().enumerate() {
            found[place] = self.client.find_all(Locator::Css(css)).await?.len();
        }
        Ok(found)
    }
}

#[tokio::test]
async fn people_see_and_do_what_they_may() {
    let site = Site::start_pages("site-in-a-browser");
    let driver = Driver::start();
    let client = driver.browser().await;
    let browser = Browser { client: client.clone(), address: site.address.clone() };
    let tried = tokio::spawn(async move { try_it(browser).await }).await;
    // whatever came of it: the driver would leave it running
    client.close().await.expect("the browser ends");
    tried.expect("nothing in it is wrong").expect("the pages have what is looked for");
}

async fn try_it(browser: Browser) -> Result<(), CmdError> {
    // led to log in, and back to where they were
    browser.open("/cars/new").await?;
    assert_eq!(browser.path().await?, "/login?next=/cars/new");
    browser.log_in("alice", "wrong").await?;
    assert!(browser.text().await?.contains("No user has this name and password."));
    browser.log_in("alice", "wheels").await?;
    assert_eq!(browser.path().await?, "/cars/new");

    // alice adds and changes, and her own are hers to change
    browser.type_into("name", "").await?;
    browser.press("#save").await?;
    assert!(browser.text().await?.contains("name:"), "what is wrong is told");
    browser.type_into("name", "<b>Beetle</b>").await?;
    browser.press("#save").await?;
    assert_eq!(browser.path().await?, "/cars");
    assert!(browser.text().await?.contains("<b>Beetle</b>"), "as it is written");
    assert_eq!(browser.buttons().await?, [1, 1, 0, 0]);
    browser.press(".edit").await?;
    browser.type_into("name", "Beetle").await?;
    browser.press("#save").await?;
    assert!(browser.text().await?.contains("Beetle no"), "{}", browser.text().await?);
    browser.press("#log-out").await?;
    browser.open("/cars").await?;
    assert_eq!(browser.path().await?, "/login?next=/cars");

    // bob looks, and is refused what he has no button for
    browser.log_in("bob", "wheels").await?;
    assert!(browser.text().await?.contains("Beetle no"));
    assert_eq!(browser.buttons().await?, [0, 0, 0, 0]);
    browser.open("/cars/new").await?;
    browser.type_into("name", "Bus").await?;
    browser.press("#save").await?;
    assert!(browser.text().await?.contains("403"), "{}", browser.text().await?);
    browser.open("/cars").await?;
    assert!(!browser.text().await?.contains("Bus"));

    // a page of his own making has no token, or another one
    for token in ["", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let script = "document.querySelector('[name=csrfmiddlewaretoken]').value = arguments[0]";
        browser.client.execute(script, vec![token.into()]).await?;
        browser.press("#log-out").await?;
        assert!(browser.text().await?.contains("CSRF Failed: CSRF token"), "{}", browser.text().await?);
        browser.open("/cars").await?;
    }
    browser.press("#log-out").await?;

    // root holds everything, and alice's car is hers all the same
    browser.log_in("root", "wheels").await?;
    assert_eq!(browser.path().await?, "/cars");
    assert_eq!(browser.buttons().await?, [1, 0, 0, 1]);
    browser.press(".publish").await?;
    assert!(browser.text().await?.contains("Beetle yes"));
    browser.press("#add").await?;
    browser.type_into("name", "Bus").await?;
    browser.press("#save").await?;
    assert_eq!(browser.buttons().await?, [1, 1, 1, 2]);
    browser.press(".delete").await?;
    let text = browser.text().await?;
    assert!(text.contains("Beetle yes") && !text.contains("Bus"), "{text}");
    Ok(())
}
