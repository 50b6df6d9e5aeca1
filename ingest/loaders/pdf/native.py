"""Functions of pdfium that are called for each character or object, without the cost of releasing the GIL."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

__all__ = ["address", "functions"]


def address(helper: Any) -> int | None:
    """The handle of an open page or text page, as `functions` take it."""
    return ctypes.cast(helper.raw, ctypes.c_void_p).value


@cache
def functions() -> dict[str, Any]:
    """The functions by their names in pdfium; handles and buffers are addresses."""
    from pypdfium2_raw import bindings  # type: ignore[import-untyped]

    shared = bindings._libs["pdfium"]
    library = ctypes.PyDLL(shared._name, handle=shared._handle)
    pointer, integer, handle = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
    four = (pointer, pointer, pointer, pointer)
    signatures: dict[str, tuple[Any, ...]] = {
        "FPDFText_GetUnicode": (ctypes.c_uint, pointer, integer),
        "FPDFText_GetLooseCharBox": (integer, pointer, integer, pointer),
        "FPDFText_GetCharBox": (integer, pointer, integer, *four),
        "FPDFText_GetTextObject": (handle, pointer, integer),
        "FPDFText_HasUnicodeMapError": (integer, pointer, integer),
        "FPDFText_GetFontSize": (ctypes.c_double, pointer, integer),
        "FPDFText_GetMatrix": (integer, pointer, integer, pointer),
        "FPDFText_GetFontWeight": (integer, pointer, integer),
        "FPDFText_GetFontInfo": (ctypes.c_ulong, pointer, integer, pointer, ctypes.c_ulong, pointer),
        "FPDFPage_CountObjects": (integer, pointer),
        "FPDFPage_GetObject": (handle, pointer, integer),
        "FPDFFormObj_CountObjects": (integer, pointer),
        "FPDFFormObj_GetObject": (handle, pointer, ctypes.c_ulong),
        "FPDFTextObj_GetTextRenderMode": (integer, pointer),
        "FPDFTextObj_GetFont": (handle, pointer),
        "FPDFPageObj_GetType": (integer, pointer),
        "FPDFPageObj_GetFillColor": (integer, pointer, *four),
        "FPDFPageObj_GetStrokeColor": (integer, pointer, *four),
        "FPDFPageObj_GetStrokeWidth": (integer, pointer, pointer),
        "FPDFPageObj_GetBounds": (integer, pointer, *four),
        "FPDFPageObj_GetMatrix": (integer, pointer, pointer),
        "FPDFPageObj_SetIsActive": (integer, pointer, integer),
        "FPDFPath_CountSegments": (integer, pointer),
        "FPDFPath_GetPathSegment": (handle, pointer, integer),
        "FPDFPageObj_HasTransparency": (integer, pointer),
        "FPDFPageObj_CountMarks": (integer, pointer),
        "FPDFPageObj_GetMark": (handle, pointer, ctypes.c_ulong),
        "FPDFPageObjMark_GetName": (integer, pointer, pointer, ctypes.c_ulong, pointer),
        "FPDFPageObjMark_GetParamValueType": (integer, pointer, ctypes.c_char_p),
        "FPDFPageObjMark_GetParamStringValue": (
            integer,
            pointer,
            ctypes.c_char_p,
            pointer,
            ctypes.c_ulong,
            pointer,
        ),
        "FPDFPageObjMark_RemoveParam": (integer, pointer, pointer, ctypes.c_char_p),
        "FPDFPageObj_GetClipPath": (handle, pointer),
        "FPDFClipPath_CountPaths": (integer, pointer),
        "FPDFClipPath_CountPathSegments": (integer, pointer, integer),
        "FPDFClipPath_GetPathSegment": (handle, pointer, integer, integer),
        "FPDFPathSegment_GetPoint": (integer, pointer, pointer, pointer),
        "FPDFPathSegment_GetType": (integer, pointer),
        "FPDFPath_GetDrawMode": (integer, pointer, pointer, pointer),
    }
    found: dict[str, Any] = {}
    for name, (result, *arguments) in signatures.items():
        function = library[name]
        function.restype, function.argtypes = result, arguments
        found[name] = function
    return found
