"""The status with which a refused photo is answered."""

from http import HTTPStatus

from shared.domain.photo import PhotoFault

_STATUS = {
    PhotoFault.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    PhotoFault.TOO_MANY_PIXELS: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    PhotoFault.HEIC: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    PhotoFault.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


def trouble_of_photo(fault: PhotoFault) -> HTTPStatus:
    """413 for what is too large, 415 for another type, 400 otherwise."""
    return _STATUS.get(fault, HTTPStatus.BAD_REQUEST)
