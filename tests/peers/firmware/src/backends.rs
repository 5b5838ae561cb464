//! The parts of Trussed that the applications ask for: PINs, large files and key derivation, RSA.

use trussed::{
    backend::{Backend as _, BackendId},
    platform::Platform,
    serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl},
    service::ServiceResources,
    types::Context,
};
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::{
    api::{reply, request, Reply, Request},
    types::Location,
    Error,
};
use trussed_fs_info::FsInfoExtension;
use trussed_hkdf::HkdfExtension;
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

pub enum Backend {
    Auth,
    Rsa,
    Staging,
}

/// Asked in this order; the core last.
pub const BACKENDS: &[BackendId<Backend>] = &[
    BackendId::Custom(Backend::Rsa),
    BackendId::Custom(Backend::Auth),
    BackendId::Custom(Backend::Staging),
    BackendId::Core,
];

#[derive(Clone, Copy)]
pub enum Extension {
    Auth,
    Chunked,
    FsInfo,
    Hkdf,
    Hpke,
    WrapKeyToFile,
}

const EXTENSIONS: [Extension; 6] = [
    Extension::Auth,
    Extension::Chunked,
    Extension::FsInfo,
    Extension::Hkdf,
    Extension::Hpke,
    Extension::WrapKeyToFile,
];

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as Self
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self, Error> {
        EXTENSIONS
            .get(usize::from(number))
            .copied()
            .ok_or(Error::FunctionNotSupported)
    }
}

pub struct Backends {
    auth: AuthBackend,
    staging: StagingBackend,
}

impl Backends {
    pub fn new() -> Self {
        Self {
            auth: AuthBackend::new(Location::Internal, FilesystemLayout::V1),
            staging: StagingBackend::new(),
        }
    }
}

#[derive(Default)]
pub struct Contexts {
    auth: AuthContext,
    staging: StagingContext,
}

impl ExtensionDispatch for Backends {
    type BackendId = Backend;
    type Context = Contexts;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        backend: &Backend,
        ctx: &mut Context<Contexts>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        let contexts = &mut ctx.backends;
        match backend {
            Backend::Auth => {
                self.auth
                    .request(&mut ctx.core, &mut contexts.auth, request, resources)
            }
            Backend::Rsa => SoftwareRsa.request(&mut ctx.core, &mut (), request, resources),
            Backend::Staging => {
                self.staging
                    .request(&mut ctx.core, &mut contexts.staging, request, resources)
            }
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        backend: &Backend,
        extension: &Extension,
        ctx: &mut Context<Contexts>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        macro_rules! ask {
            ($extension:ty, $part:ident) => {
                ExtensionImpl::<$extension>::extension_request_serialized(
                    &mut self.$part,
                    &mut ctx.core,
                    &mut ctx.backends.$part,
                    request,
                    resources,
                )
            };
        }
        match (backend, extension) {
            (Backend::Auth, Extension::Auth) => ask!(AuthExtension, auth),
            (Backend::Staging, Extension::Chunked) => ask!(ChunkedExtension, staging),
            (Backend::Staging, Extension::FsInfo) => ask!(FsInfoExtension, staging),
            (Backend::Staging, Extension::Hkdf) => ask!(HkdfExtension, staging),
            (Backend::Staging, Extension::Hpke) => ask!(HpkeExtension, staging),
            (Backend::Staging, Extension::WrapKeyToFile) => ask!(WrapKeyToFileExtension, staging),
            _ => Err(Error::RequestNotAvailable),
        }
    }
}

macro_rules! offer {
    ($extension:ty, $id:ident) => {
        impl ExtensionId<$extension> for Backends {
            type Id = Extension;
            const ID: Extension = Extension::$id;
        }
    };
}

offer!(AuthExtension, Auth);
offer!(ChunkedExtension, Chunked);
offer!(FsInfoExtension, FsInfo);
offer!(HkdfExtension, Hkdf);
offer!(HpkeExtension, Hpke);
offer!(WrapKeyToFileExtension, WrapKeyToFile);
