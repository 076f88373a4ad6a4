"""The data dictionary -> the description of a dataset after the Frictionless Data Package standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gxstudy.corpus.index import Made
from gxstudy.frames.dictionary import PRODUCTS, DType, Field, Product

__all__ = ["data_package", "schemas"]

_TYPES: Mapping[DType, str] = {"str": "string", "Int64": "integer", "float64": "number", "bool": "boolean"}


def data_package(files: Mapping[str, Made]) -> dict[str, Any]:
    """Return the description of the files of a dataset, given by name.

    A product is the resource of its name: its CSV file, with ``PRODUCT-parquet`` beside it. Where there are many parts
    each is a resource (``figures-2024-part-00``), whose schema is a file, ``figures.schema.json``.
    """
    resources = []
    for of in PRODUCTS:
        plain, whole = files.get(f"{of.name}.csv"), files.get(f"{of.name}.parquet")
        if plain is not None:
            resources.append(_csv(of, plain))
        if whole is not None:
            schema = _schema(of, reports="reports-parquet" if "reports.parquet" in files else None)
            resources.append(_parquet(of, whole.name, f"{of.name}-parquet", schema))
        resources += [
            _parquet(of, name, name.replace(".parquet", "").replace("/", "-"), f"{of.name}.schema.json")
            for name in sorted(files)
            if name.startswith(f"{of.name}.parquet/")
        ]
    return {
        "profile": "data-package",
        "name": "gxstudy-dataset",
        "title": "Annual reports on open government information: figures as printed, with status, grade and place",
        "resources": resources,
    }


def schemas(files: Mapping[str, Made]) -> dict[str, dict[str, Any]]:
    """Return the schemas that stand in files of their own, by the names of these: those of products in many parts."""
    return {
        f"{of.name}.schema.json": _schema(of, reports=None)
        for of in PRODUCTS
        if any(name.startswith(f"{of.name}.parquet/") for name in files)
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


def _parquet(of: Product, path: str, name: str, schema: dict[str, Any] | str) -> dict[str, Any]:
    """Describe a Parquet file. Its size and hash stand in the manifest alone: validators count those of text only."""
    return {
        "profile": "data-resource",
        "name": name,
        "path": path,
        "description": f"One row is {of.row}.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema,
    }


def _schema(of: Product, *, reports: str | None) -> dict[str, Any]:
    """Return the schema of a product; ``reports`` is the resource that its reports are in, where they all are."""
    schema: dict[str, Any] = {"fields": [_field(field) for field in of.fields], "missingValues": [""]}
    if of.key:
        schema["primaryKey"] = list(of.key)
    if reports is not None and "report_id" in of.columns and of.name != "reports":
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
