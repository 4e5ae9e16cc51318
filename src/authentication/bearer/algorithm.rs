use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, VerificationAlgorithm,
};

/// How a token is signed: with a key of which only the public half is known here.
///
/// ```
/// use refrain::authentication::bearer::Algorithm;
///
/// assert_eq!(Algorithm::Es256.name(), "ES256");
/// ```
///
/// There is no `none`, and none with a shared secret: whoever knows what checks such a token could make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA with SHA-256, as PKCS #1 1.5 has it; of 2048 bits at least, as all of RSA here.
    Rs256,
    /// The same with SHA-384.
    Rs384,
    /// The same with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// The same with SHA-384.
    Ps384,
    /// The same with SHA-512.
    Ps512,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

/// What checks a signature.
pub(super) enum Verifier {
    Rsa(&'static RsaParameters),
    /// Over the curve of this name.
    Curve(&'static str, &'static dyn VerificationAlgorithm),
}

impl Algorithm {
    const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The one of this name; `None` for one that is not checked here.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// As a token's head has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    pub(super) fn verifier(self) -> Verifier {
        match self {
            Self::Rs256 => Verifier::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Verifier::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Verifier::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Verifier::Rsa(&RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Verifier::Rsa(&RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Verifier::Rsa(&RSA_PSS_2048_8192_SHA512),
            Self::Es256 => Verifier::Curve("P-256", &ECDSA_P256_SHA256_FIXED),
            Self::Es384 => Verifier::Curve("P-384", &ECDSA_P384_SHA384_FIXED),
            Self::EdDsa => Verifier::Curve("Ed25519", &ED25519),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Algorithm;

    #[test]
    fn there_is_none_without_a_key_of_its_own() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "None", "", "HS256", "HS384", "HS512", "rs256", "RS256 ", "ES512", "RSA-OAEP"] {
            assert_eq!(Algorithm::named(name), None, "{name:?}");
        }
    }
}
