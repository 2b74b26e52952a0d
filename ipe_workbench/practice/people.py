"""Invented people: names from many places, put together by chance, and traits."""

from __future__ import annotations

import numpy as np

__all__ = ["invented_names", "invented_traits"]

_GIVEN = [
    "Aaliyah", "Abena", "Adaeze", "Aiko", "Alejandra", "Amara", "Amir", "Ana", "Anjali", "Anouk", "Arash",
    "Astrid", "Ayşe", "Benedikt", "Bao", "Beatriz", "Camila", "Chidi", "Chloé", "Dalia", "Daniel", "Dilnoza",
    "Diego", "Eilidh", "Elena", "Emeka", "Esra", "Fatima", "Farid", "Freya", "Gabriela", "Gustav", "Hana",
    "Haruto", "Hiroshi", "Ibrahim", "Imani", "Inês", "Isabel", "Ivan", "Jaya", "Jin", "Joaquín", "José",
    "Kai", "Katya", "Keahi", "Kofi", "Kwame", "Lakshmi", "Lars", "Leila", "Lián", "Lucía", "Luka",
    "Magdalena", "Malik", "Mara", "Mateo", "Mei", "Mina", "Mohammed", "Naledi", "Nadia", "Ngozi", "Niamh",
    "Nikolai", "Noor", "Olga", "Omar", "Paolo", "Priya", "Quang", "Rahel", "Ravi", "Rosa", "Ruth", "Sadia",
    "Samir", "Sanjay", "Selam", "Sione", "Sofia", "Soo-jin", "Tadesse", "Talia", "Tariq", "Thandi", "Tomás",
    "Uzma", "Valentina", "Vikram", "Winona", "Xochitl", "Yara", "Yusuf", "Zainab", "Zoltán",
]  # fmt: skip
_FAMILY = [
    "Abebe", "Acheampong", "Ahmed", "Almeida", "Andersen", "Aguilar", "Bauer", "Begay", "Bianchi", "Bose",
    "Castillo", "Chaudhry", "Chen", "Cohen", "Contreras", "Costa", "Diallo", "Dimitrov", "Dubois", "Eriksen",
    "Espinoza", "Farah", "Ferreira", "Fujimoto", "Garcia", "Ghosh", "Goldberg", "Gutierrez", "Haddad",
    "Hoang", "Hughes", "Ibarra", "Ivanova", "Iyer", "Jansen", "Jimenez", "Kamau", "Kapoor", "Kelly", "Khan",
    "Kim", "Kovač", "Kowalski", "Lam", "Larsen", "Lê", "Lindqvist", "Lopez", "Mahlangu", "Malik", "Martinez",
    "Mbeki", "McAllister", "Mensah", "Morales", "Moreau", "Mwangi", "Nakamura", "Nguyen", "Novak", "O’Brien",
    "Ochoa", "Okafor", "Okonkwo", "Oliveira", "Osei", "Park", "Patel", "Petrov", "Popescu", "Qureshi",
    "Rahman", "Ramirez", "Reyes", "Rossi", "Ruiz", "Sánchez", "Sato", "Schmidt", "Sharma", "Silva", "Singh",
    "Suzuki", "Takahashi", "Tanaka", "Tekle", "Thapa", "Toth", "Tran", "Tsosie", "Vargas", "Vázquez",
    "Wagner", "Wang", "Yamada", "Yazzie", "Yilmaz", "Zapata", "Zhang",
]  # fmt: skip
#: Traits with their values and shares. They are invented; the shares are judgement.
_TRAITS: dict[str, tuple[tuple[str, float], ...]] = {
    "gender": (("woman", 0.62), ("man", 0.35), ("non-binary", 0.03)),
    "first generation": (("no", 0.74), ("yes", 0.26)),
    "worked in health care before": (("no", 0.55), ("yes", 0.45)),
    "age": (("under 25", 0.48), ("25 to 29", 0.36), ("30 and over", 0.16)),
}


def invented_names(count: int, random: np.random.Generator) -> list[tuple[str, str]]:
    """So many given and family names; two people may share one, as in life."""
    given, family = random.integers(len(_GIVEN), size=count), random.integers(len(_FAMILY), size=count)
    return [(_GIVEN[one], _FAMILY[other]) for one, other in zip(given, family, strict=True)]


def invented_traits(count: int, random: np.random.Generator) -> dict[str, list[str]]:
    """Values of each trait, drawn apart from each other."""
    found = {}
    for trait, values in _TRAITS.items():
        names, shares = zip(*values, strict=True)
        found[trait] = [str(one) for one in random.choice(np.array(names), size=count, p=np.array(shares))]
    return found
