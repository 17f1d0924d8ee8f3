//! The pages away from the money: menu, settings, what this is.

use super::sale::service_name;
use super::{Ask, Desk, Leave, Move, Shift};
use caisson_core::desk::Page;
use caisson_core::{Language, Text};
use caisson_devices::screen::Key;

const TERMINAL: Text = Text { zh: "终端编号", en: "Terminal" };
const MERCHANT: Text = Text { zh: "商户编号", en: "Merchant" };
const STARTS: Text = Text { zh: "启动次数", en: "Starts" };
const RUNTIME: &str = "Caisson";

impl Desk {
    pub(super) async fn menu(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let language = self.inner().language();
        let offered: Vec<(String, String, String)> = self
            .terminal
            .services()
            .filter(|(_, service)| service.kind.is_errand())
            .map(|(app, service)| {
                (app.to_owned(), service.id.clone(), service_name(service, language))
            })
            .collect();
        let services = offered.iter().map(|(_, _, name)| name.clone()).collect();
        let problems = self.problem_count().await?;
        let page = Ask::of(Page::Menu { problems, services }).fresh();
        let (app, service, _) = self
            .ask(shift, page, |key| match key {
                Key::Row(row) => offered.get(usize::try_from(row).unwrap_or(usize::MAX)),
                _ => None,
            })
            .await?;
        self.hand_over();
        let served = self.terminal.serve(app, service).await?;
        if let Some(reason) = served.untold() {
            self.said(shift, false, Some(reason)).await?;
        }
        Ok(Move::Stay)
    }

    pub(super) async fn settings(&self, shift: &mut Shift) -> Result<Move, Leave> {
        // What is set is taken by every page.
        self.ask(shift, Ask::of(Page::Settings), |key| (key == Key::Ok).then_some(())).await?;
        Ok(Move::Back)
    }

    pub(super) async fn about(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let page = Page::About { parts: self.parts(self.inner().language()) };
        self.ask(shift, Ask::of(page), |key| (key == Key::Ok).then_some(())).await?;
        Ok(Move::Back)
    }

    fn parts(&self, language: Language) -> Vec<(String, String)> {
        let inner = self.inner();
        let word = |text: Text| text.in_language(language).to_owned();
        let mut parts = vec![
            (word(TERMINAL), inner.merchant.terminal_id.clone()),
            (word(MERCHANT), inner.merchant.merchant_id.clone()),
            (RUNTIME.to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            (word(STARTS), self.terminal.boot().number.to_string()),
        ];
        parts.extend(inner.apps().map(|(_, hosted)| {
            let manifest = &hosted.manifest;
            (manifest.name.in_language(language).to_owned(), manifest.version.to_string())
        }));
        parts
    }
}
