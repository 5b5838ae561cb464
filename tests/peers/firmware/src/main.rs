//! A Nitrokey 3's FIDO2, OpenPGP and PIV applications in a virtual reader.
//!
//!     firmware PORT FOLDER usb|nfc SERIAL [MILLISECONDS]
//!
//! PORT is vpcd's, to which it connects: the card is put in; when the program ends, the card is pulled out. FOLDER keeps
//! the token's flash memory from one start to the next. Over NFC there is FIDO2 alone, over USB (CCID) the others, as
//! with the real token. SERIAL: 8 hexadecimal digits. MILLISECONDS: how long FIDO2 waits for a touch. The person
//! touches the token whenever it asks, except while there is a file FOLDER/absent.

mod backends;
mod card;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    thread::sleep,
    time::Duration,
};

use apdu_dispatch::{
    dispatch::{ApduDispatch, Interface},
    interchanges::Channel,
    App,
};
use fido_authenticator::{Authenticator, Config, Conforming, FirmwareVersion, LargeBlobsConfig};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng as _;
use trussed::{
    platform::{Platform as _, UserInterface},
    virt::{self, StorageConfig, StoreConfig},
};
use trussed_core::types::{consent::Level, Location};

use backends::{Backends, BACKENDS};
use card::Card;

const NITROKEY: [u8; 2] = [0x00, 0x0f]; // in the register of OpenPGP cards' makers

struct Person {
    absent: PathBuf,
}

impl UserInterface for Person {
    fn check_user_presence(&mut self) -> Level {
        if self.absent.exists() {
            sleep(Duration::from_millis(5));
            return Level::None;
        }
        Level::Normal
    }
}

struct Wanted {
    port: u16,
    folder: PathBuf,
    interface: Interface,
    serial: [u8; 4],
    touch: Option<u32>,
}

impl Wanted {
    fn read() -> Option<Self> {
        let mut given = std::env::args().skip(1);
        Some(Self {
            port: given.next()?.parse().ok()?,
            folder: given.next()?.into(),
            interface: match given.next()?.as_str() {
                "usb" => Interface::Contact,
                "nfc" => Interface::Contactless,
                _ => return None,
            },
            serial: u32::from_str_radix(&given.next()?, 16).ok()?.to_be_bytes(),
            touch: given.next().map(|each| each.parse()).transpose().ok()?,
        })
    }
}

fn main() {
    let Some(wanted) = Wanted::read() else {
        eprintln!("usage: firmware PORT FOLDER usb|nfc SERIAL [MILLISECONDS]");
        std::process::exit(2);
    };
    let flash = |name: &str| StorageConfig::filesystem(wanted.folder.join(name));
    let store = StoreConfig {
        internal: flash("internal"),
        external: flash("external"),
        volatile: StorageConfig::ram(),
    };
    virt::with_platform(store, |mut platform| {
        // The virtual platform always starts with the same random numbers: every token would be the same one.
        *platform.rng() = ChaCha8Rng::from_entropy();
        let absent = wanted.folder.join("absent");
        platform
            .user_interface()
            .set_inner(Box::new(Person { absent }));
        let names = [("fido", BACKENDS), ("opcard", BACKENDS), ("piv", BACKENDS)];
        platform.run_clients_with_backends(names, Backends::new(), |[fido, openpgp, piv]| {
            let mut fido = Authenticator::new(fido, Conforming {}, fido_config(&wanted));
            let mut openpgp = opcard::Card::new(openpgp, openpgp_options(&wanted));
            let mut piv =
                piv_authenticator::Authenticator::new(piv, piv_authenticator::Options::new());
            run(&wanted, vec![&mut fido, &mut openpgp, &mut piv]);
        });
    });
}

/// As the firmware of a Nitrokey 3 sets it.
fn fido_config(wanted: &Wanted) -> Config {
    let mut config = Config::new(7609);
    config.max_resident_credential_count = Some(60);
    config.large_blobs = Some(LargeBlobsConfig {
        location: Location::External,
        max_size: 4096,
    });
    config.nfc_transport = true;
    config.firmware_version = Some(FirmwareVersion::new(1));
    config.fido2_up_timeout = wanted.touch;
    config
}

fn openpgp_options(wanted: &Wanted) -> opcard::Options {
    let mut options = opcard::Options::default();
    options.manufacturer = NITROKEY;
    options.serial = wanted.serial;
    options
}

fn run(wanted: &Wanted, apps: Vec<&mut dyn App>) {
    let (contact, contactless) = (Channel::new(), Channel::new());
    let (usb, contact) = contact.split().expect("it is new");
    let (nfc, contactless) = contactless.split().expect("it is new");
    let mut card = Card {
        apps,
        dispatch: ApduDispatch::new(contact, contactless),
        requester: match wanted.interface {
            Interface::Contact => usb,
            Interface::Contactless => nfc,
        },
        interface: wanted.interface,
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, wanted.port));
    let connection = vpicc::connect_socket(address).expect("vpcd listens there");
    // It returns when the reader is gone.
    let _ = connection.run(&mut card);
}
