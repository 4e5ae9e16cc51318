//! Django's four validators, in its words, each with its options; beside a real Django in `openapi/tests`.

use refrain::{
    Error, Result, async_trait,
    auth::password_validators::{
        CommonPassword, MinimumLength, NumericPassword, PasswordMistake, PasswordOwner, PasswordValidator,
        PasswordValidators, UserAttribute, UserAttributeSimilarity,
    },
};

async fn codes(validators: &PasswordValidators, password: &str, owner: PasswordOwner<'_>) -> Vec<String> {
    let mistakes = validators.check(password, owner).await.expect("none of them asks anybody");
    mistakes.into_iter().map(|mistake| mistake.code.into_owned()).collect()
}

fn only(validator: impl PasswordValidator + 'static) -> PasswordValidators {
    PasswordValidators::none().with(validator)
}

#[tokio::test]
async fn a_new_site_has_all_four_in_djangos_order() {
    let validators = PasswordValidators::default();
    let owner = PasswordOwner::new("12345", "");
    let all = ["password_too_similar", "password_too_short", "password_too_common", "password_entirely_numeric"];
    assert_eq!(codes(&validators, "12345", owner).await, all);
    assert_eq!(codes(&validators, "a good one", owner).await, [""; 0]);
    assert_eq!(
        validators.help_texts(),
        [
            "Your password can’t be too similar to your other personal information.",
            "Your password must contain at least 8 characters.",
            "Your password can’t be a commonly used password.",
            "Your password can’t be entirely numeric.",
        ]
    );
}

#[tokio::test]
async fn each_has_djangos_options() {
    let nobody = PasswordOwner::default();
    let one = only(MinimumLength(1));
    let told = one.check("", nobody).await.expect("it asks nobody");
    let expected =
        PasswordMistake::new("password_too_short", "This password is too short. It must contain at least 1 character.");
    assert_eq!(told, [expected]);
    assert_eq!(one.help_texts(), ["Your password must contain at least 1 character."]);
    assert_eq!(codes(&only(MinimumLength(4)), "éüñ", nobody).await.len(), 1, "characters, not bytes");

    assert_eq!(codes(&only(CommonPassword::listed(["Garage"])), " gaRAGE", nobody).await, ["password_too_common"]);
    for (password, is_numeric) in [("12", true), ("١٢³", true), ("1a", false), ("½", false), ("", false), ("-1", false)]
    {
        assert_eq!(codes(&only(NumericPassword), password, nobody).await.len(), usize::from(is_numeric), "{password}");
    }

    let mut owner = PasswordOwner::new("alice", "alice.smith@example.com");
    owner.last_name = "O'Neil Smith";
    let sentence = async |validator: UserAttributeSimilarity, password: &str| {
        let told = only(validator).check(password, owner).await.expect("it asks nobody");
        told.into_iter().map(|mistake| mistake.sentence.into_owned()).collect::<Vec<_>>()
    };
    let all = UserAttributeSimilarity::default;
    let too_similar = |what: &str| vec![format!("The password is too similar to the {what}.")];
    assert_eq!(sentence(all(), "ALICE1").await, too_similar("username"));
    assert_eq!(sentence(all(), "oneil smith").await, too_similar("last name"));
    assert_eq!(sentence(all(), "example1").await, too_similar("email address"));
    let by_name = UserAttributeSimilarity::new([UserAttribute::Username], 0.9);
    assert_eq!(sentence(by_name.clone(), "example1").await, Vec::<String>::new());
    assert_eq!(sentence(by_name.clone(), "alice12").await, Vec::<String>::new());
    assert_eq!(sentence(by_name, "alice1").await, too_similar("username"));
    assert!(std::panic::catch_unwind(|| UserAttributeSimilarity::new([], 0.05)).is_err());
}

struct Elsewhere;

#[async_trait]
impl PasswordValidator for Elsewhere {
    async fn validate(&self, _: &str, _: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
        Err(Error::could_not_tell("nobody answers"))
    }

    fn help_text(&self) -> String {
        String::new()
    }
}

#[tokio::test]
async fn one_that_is_not_answered_takes_no_password() {
    let validators = only(NumericPassword).with(Elsewhere);
    assert!(matches!(validators.check("a good one", PasswordOwner::default()).await, Err(Error::CouldNotTell(_))));
}

#[test]
fn no_password_is_shown() {
    let shown = format!("{:?} {:?}", PasswordValidators::default(), PasswordOwner::new("alice", "secret@example.com"));
    assert!(!shown.contains("secret"), "{shown}");
}
