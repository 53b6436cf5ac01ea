//! TLS to a server: rustls on aws-lc-rs, and how much of the server's certificate is looked at.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Authorities, Protection};

/// What makes connections with this protection. Without authorities those of the system count.
pub(super) fn connector(
    protection: Protection,
    authorities: Option<&Authorities>,
) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let known = match (protection, authorities) {
        (Protection::Authority | Protection::Name, Some(Authorities::File(path))) => {
            let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
            let found: Vec<_> =
                read.map_err(|error| format!("sslrootcert {}: {error}", path.display()))?;
            Some(
                Known::of(found.clone(), found)
                    .map_err(|error| format!("sslrootcert {}: {error}", path.display()))?,
            )
        }
        (Protection::Authority | Protection::Name, _) => {
            let found = rustls_native_certs::load_native_certs();
            Some(Known::of(found.certs, Vec::new())?)
        }
        _ => None,
    };
    let judge = Judge {
        provider: Arc::clone(&provider),
        known,
        by_name: protection == Protection::Name,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(judge))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Whose certificates are believed.
#[derive(Debug)]
struct Known {
    roots: RootCertStore,
    /// Believed as they are: a server's own certificate, signed by itself, that was named as its authority.
    pinned: Vec<CertificateDer<'static>>,
}

impl Known {
    fn of(
        found: Vec<CertificateDer<'static>>,
        pinned: Vec<CertificateDer<'static>>,
    ) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(found);
        if added == 0 {
            return Err("no certificates were found".to_owned());
        }
        Ok(Self { roots, pinned })
    }
}

/// Looks at a server's certificate. That the server holds its key is looked at always.
#[derive(Debug)]
struct Judge {
    provider: Arc<CryptoProvider>,
    /// None: anybody's is taken.
    known: Option<Known>,
    by_name: bool,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(known) = &self.known else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        if !known.pinned.contains(end_entity) {
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                &known.roots,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )?;
        }
        if self.by_name {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
