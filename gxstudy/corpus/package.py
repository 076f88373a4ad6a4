"""The data dictionary -> the description of a dataset after the Frictionless Data Package standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gxstudy.corpus.index import Made
from gxstudy.frames.dictionary import PRODUCTS, DType, Field, Product

__all__ = ["data_package"]

_TYPES: Mapping[DType, str] = {"str": "string", "Int64": "integer", "float64": "number", "bool": "boolean"}


def data_package(files: Mapping[str, Made]) -> dict[str, Any]:
    """Return the description of the files of a dataset, given by name.

    A product is the resource of its name (the CSV file where there is one), and ``PRODUCT-parquet`` beside a CSV file.
    """
    resources = []
    for of in PRODUCTS:
        plain = files.get(f"{of.name}.csv")
        parquet = [made for name, made in sorted(files.items()) if name.startswith(f"{of.name}.parquet")]
        if plain is not None:
            resources.append(_csv(of, plain))
        resources.append(_parquet(of, parquet, f"{of.name}-parquet" if plain is not None else of.name))
    return {
        "profile": "tabular-data-package",
        "name": "gxstudy-dataset",
        "title": "Annual reports on open government information: figures as printed, with status, grade and place",
        "resources": resources,
    }


def _csv(of: Product, made: Made) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": of.name,
        "path": made.name,
        "description": f"One row is {of.row}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": made.bytes,
        "hash": f"sha256:{made.sha256}",
        "schema": _schema(of, reports="reports"),
    }


def _parquet(of: Product, files: Sequence[Made], name: str) -> dict[str, Any]:
    single = {"bytes": files[0].bytes, "hash": f"sha256:{files[0].sha256}"} if len(files) == 1 else {}
    return {
        "profile": "data-resource",
        "name": name,
        "path": files[0].name if len(files) == 1 else [made.name for made in files],
        "description": f"One row is {of.row}.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **single,
        "schema": _schema(of, reports=name.replace(of.name, "reports")),
    }


def _schema(of: Product, *, reports: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(field) for field in of.fields], "missingValues": [""]}
    if of.key:
        schema["primaryKey"] = list(of.key)
    if "report_id" in of.columns and of.name != "reports":
        reference = {"resource": reports, "fields": "report_id"}
        schema["foreignKeys"] = [{"fields": "report_id", "reference": reference}]
    return schema


def _field(field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = ({"required": True} if field.required else {}) | (
        {"enum": list(field.values)} if field.values else {}
    )
    return (
        {"name": field.name, "type": _TYPES[field.dtype], "description": field.description}
        | ({"unit": field.unit} if field.unit else {})
        | ({"trueValues": ["true"], "falseValues": ["false"]} if field.dtype == "bool" else {})
        | ({"constraints": limits} if limits else {})
    )
