//! The applications of the firmware behind its own APDU dispatch, as a card for vsmartcard's reader driver.

use apdu_dispatch::{
    dispatch::{ApduDispatch, Interface},
    interchanges::{Data, Requester},
    App,
};
use vpicc::VSmartCard;

// What a Nitrokey 3 says over USB.
const ATR_USB: &[u8] = b"\x3b\x8f\x01\x80\x5dNitrokey\x00\x00\x00\x00\x00\x6a";
// A contactless card with ISO 14443-4 (PC/SC part 3).
const ATR_NFC: &[u8] = b"\x3b\x80\x80\x01\x01";

pub struct Card<'app, 'pipe> {
    pub apps: Vec<&'app mut dyn App>,
    pub dispatch: ApduDispatch<'pipe>,
    pub requester: Requester<'pipe>,
    pub interface: Interface,
}

impl VSmartCard for Card<'_, '_> {
    fn atr(&self) -> &[u8] {
        match self.interface {
            Interface::Contact => ATR_USB,
            Interface::Contactless => ATR_NFC,
        }
    }

    /// What a program can do to a card: the applications forget what was verified.
    fn reset(&mut self) {
        for app in &mut self.apps {
            app.deselect();
        }
    }

    fn power_off(&mut self) {
        self.reset();
    }

    fn execute(&mut self, message: &[u8]) -> Vec<u8> {
        let Ok(command) = Data::try_from(message) else {
            return vec![0x67, 0x00];
        };
        self.requester
            .request(command)
            .expect("the last answer was fetched");
        let _ = self.dispatch.poll(&mut self.apps);
        let answer = self.requester.take_response();
        answer.expect("each command is answered at once").to_vec()
    }
}
