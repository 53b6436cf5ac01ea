//! Against the test vectors of the standard (Web Authentication Level 3, §16: ES256 without attestation, Ed25519), and against noise.

use super::{Assertion, Refused, RelyingParty, challenge_in, made, shown};

struct Vector {
    registration: [&'static str; 3],
    credential: &'static str,
    key: &'static str,
    authentication: [&'static str; 4],
}

/// Registration: challenge, client data, authenticator data. Authentication: the same, and the signature.
const ES256: Vector = Vector {
    registration: [
        "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    ],
    credential: "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
    key: "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    authentication: [
        "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
    ],
};

const ED25519: Vector = Vector {
    registration: [
        "a8abf9dabdc6b0df63466b39bda9e8a34a34e185337a59f1c579990676d3b3bd",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22714b763532723347734e396a526d733576616e6f6f306f303459557a656c6e7878586d5a426e6254733730222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20425f44543567375a445f2d394f544c59583549764551227d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54100000000d5aa33581e8ca478e20fe713f5d32ff20020ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bda401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
    ],
    credential: "ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bd",
    key: "a401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
    authentication: [
        "895957e01c633a698348a2d8a31a54b7db27e8c1c43b2080d79ae2190267bfd2",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2269566c583442786a4f6d6d44534b4c596f7870557439736e364d48454f7943413135726947514a6e763949222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
        "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d453993dae00b",
    ],
};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn party() -> RelyingParty {
    RelyingParty::of("https://example.org").unwrap()
}

/// Where the flags stand, and the one that says the person was verified. The vectors leave it out, so that reaching it shows
/// that all before it held.
const FLAGS: usize = 32;
const VERIFIED: u8 = 4;

#[test]
fn the_registrations_of_the_standard_are_taken_once_the_person_is_verified() {
    for vector in [&ES256, &ED25519] {
        let [challenge, client, mut data] = vector.registration.map(bytes);
        let judged = made(&party(), &challenge, &client, &data).map(|_| ());
        assert_eq!(judged, Err(Refused::NotVerified));
        data[FLAGS] |= VERIFIED;
        let made = made(&party(), &challenge, &client, &data).unwrap();
        assert_eq!(made.credential, bytes(vector.credential));
        assert_eq!(
            (made.key, made.sign_count),
            (bytes(vector.key).as_slice(), 0)
        );
        assert_eq!(challenge_in(&client), Some(challenge));
    }
}

#[test]
fn the_signatures_of_the_standard_are_right_and_any_change_makes_them_wrong() {
    for vector in [&ES256, &ED25519] {
        let [challenge, client, data, signature] = vector.authentication.map(bytes);
        let key = bytes(vector.key);
        let judge = |client: &[u8], data: &[u8], signature: &[u8]| {
            let assertion = Assertion {
                client_data: client,
                authenticator_data: data,
                signature,
            };
            shown(&party(), &challenge, &key, assertion).map(|_| ())
        };
        // The signature was right: the flag is looked at after it.
        assert_eq!(judge(&client, &data, &signature), Err(Refused::NotVerified));
        let mut flagged = data.clone();
        flagged[FLAGS] |= VERIFIED;
        assert_eq!(
            judge(&client, &flagged, &signature),
            Err(Refused::WrongSignature),
            "nobody adds the flag afterwards"
        );
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert_eq!(
                judge(&client, &data, &changed),
                Err(Refused::WrongSignature),
                "{at}"
            );
        }
        for at in 0..client.len() {
            let mut changed = client.clone();
            changed[at] ^= 1;
            let refused = judge(&changed, &data, &signature).unwrap_err();
            assert_ne!(refused, Refused::NotVerified, "{at}");
        }
        let other = bytes(if vector.key == ES256.key {
            ED25519.key
        } else {
            ES256.key
        });
        let assertion = Assertion {
            client_data: &client,
            authenticator_data: &data,
            signature: &signature,
        };
        assert_eq!(
            shown(&party(), &challenge, &other, assertion),
            Err(Refused::WrongSignature)
        );
    }
}

#[test]
fn answers_for_another_site_question_or_challenge_are_refused() {
    let [challenge, client, mut data] = ES256.registration.map(bytes);
    data[FLAGS] |= VERIFIED;
    let judge = |party: &str, challenge: &[u8], client: &[u8]| {
        let party = RelyingParty::of(party).unwrap();
        made(&party, challenge, client, &data).map(|_| ())
    };
    let org = "https://example.org";
    assert_eq!(judge(org, &challenge, &client), Ok(()));
    assert_eq!(
        judge("https://example.net", &challenge, &client),
        Err(Refused::OtherSite)
    );
    assert_eq!(
        judge("https://example.org:8443", &challenge, &client),
        Err(Refused::OtherSite)
    );
    assert_eq!(judge(org, &[1; 32], &client), Err(Refused::OtherChallenge));
    let text = String::from_utf8(client.clone()).unwrap();
    for (from, to, refused) in [
        ("webauthn.create", "webauthn.get", Refused::OtherChallenge),
        (
            "https://example.org",
            "https://evil.example",
            Refused::OtherSite,
        ),
        (
            "\"crossOrigin\":false",
            "\"crossOrigin\":true",
            Refused::OtherSite,
        ),
        ("{", "[", Refused::Unreadable),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_eq!(
            judge(org, &challenge, changed.as_bytes()),
            Err(refused),
            "{to}"
        );
    }
    // The right origin, but a credential made for a neighbour.
    data[0] ^= 1;
    let foreign = made(&party(), &challenge, &client, &data).map(|_| ());
    assert_eq!(foreign, Err(Refused::OtherSite));
}

#[test]
fn a_registration_cut_short_or_drawn_out_is_refused() {
    let [challenge, client, mut data] = ES256.registration.map(bytes);
    data[FLAGS] |= VERIFIED;
    let judge = |data: &[u8]| made(&party(), &challenge, &client, data).map(|_| ());
    for length in 0..data.len() {
        assert!(judge(&data[..length]).is_err(), "{length}");
    }
    assert_eq!(
        judge(&[data.as_slice(), &[0]].concat()),
        Err(Refused::Unreadable)
    );
    // With extensions said and there, it is whole again; without "may be copied", a copy is a lie.
    let mut extended = [data.as_slice(), &[0xa0]].concat();
    extended[FLAGS] |= 1 << 7;
    assert_eq!(judge(&extended), Ok(()));
    let mut liar = data.clone();
    liar[FLAGS] &= !(1 << 3);
    assert_eq!(judge(&liar), Err(Refused::Unreadable));
}

#[test]
fn a_point_off_the_curve_and_a_kind_not_asked_for_are_no_keys() {
    let [challenge, client, mut data] = ES256.registration.map(bytes);
    data[FLAGS] |= VERIFIED;
    let last = data.len() - 1;
    let mut off = data.clone();
    off[last] ^= 1;
    let judge = |data: &[u8]| made(&party(), &challenge, &client, data).map(|_| ());
    assert_eq!(judge(&off), Err(Refused::OtherKey));
    // ES384 in the place of ES256.
    let at = data
        .windows(3)
        .position(|three| three == [3, 0x26, 0x20])
        .unwrap();
    let mut other = data.clone();
    other[at + 1] = 0x2b;
    assert_eq!(judge(&other), Err(Refused::OtherKey));
}

#[test]
fn noise_in_what_a_browser_sends_is_refused_in_words() {
    let mut state = 7_u64;
    let mut chance = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for vector in [&ES256, &ED25519] {
        let [challenge, client, data] = vector.registration.map(bytes);
        for _ in 0..20_000 {
            let mut noisy = data.clone();
            for _ in 0..=chance(4) {
                // Behind the hash of the site, which alone would refuse it.
                let at = 32 + chance(noisy.len() - 32);
                noisy[at] = chance(256) as u8;
            }
            noisy.truncate(data.len() - chance(3));
            if let Ok(made) = made(&party(), &challenge, &client, &noisy) {
                assert!(noisy[FLAGS] & VERIFIED != 0 && made.credential.len() == 32);
            }
        }
    }
}
