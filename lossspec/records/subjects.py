"""Subjects of records: their names and their order."""

from __future__ import annotations

from packaging.version import Version

from lossspec.backends.catalog import DEFAULT, SortKey, Subject, backend_of


def subject_in_words(subject: Subject) -> str:
    """``TensorFlow 2.21.0, Keras 3.15.1``."""
    titles = backend_of(subject).packages
    return ", ".join(f"{title} {subject[package]}" for package, title in titles.items())


def stem(subject: Subject) -> str:
    """``tensorflow-2.21.0-keras-3.15.1``: what a record's file is called after."""
    return "-".join(f"{package}-{subject[package]}" for package in backend_of(subject).packages)


def file_name(subject: Subject) -> str:
    """``tensorflow-2.21.0-keras-3.15.1.json``: one file a subject."""
    return f"{stem(subject)}.json"


def library_of(subject: Subject) -> str:
    """The package whose losses are measured: ``keras``."""
    return backend_of(subject).library


def age(subject: Subject) -> tuple[Version, ...]:
    """Key that sorts a backend's subjects from the oldest on."""
    return backend_of(subject).age(subject)


def seniority(subject: Subject) -> SortKey:
    """Key that sorts subjects by backend, the default one last, oldest first."""
    info = backend_of(subject)
    return (info.name == DEFAULT, info.name, *info.age(subject))


def lineage(subject: Subject) -> SortKey:
    """Key that sorts subjects by backend, the default one last, and release line."""
    info = backend_of(subject)
    return (info.name == DEFAULT, info.name, *info.lineage(subject))


def is_legacy(subject: Subject) -> bool:
    """Whether a subject is an older line that goes on: tf_keras."""
    return backend_of(subject).is_legacy(subject)
