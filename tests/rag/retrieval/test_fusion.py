from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import reciprocal_rank_fusion
from rag.schema import Hit

hits = st.lists(st.integers(1, 50), unique=True, max_size=20).map(
    lambda ids: [Hit(chunk_id, 1.0 / rank) for rank, chunk_id in enumerate(ids, 1)]
)


def test_the_score_is_the_sum_of_reciprocal_ranks_as_a_share_of_the_most():
    legs = {"dense": [Hit(1, 0.9), Hit(2, 0.8)], "lexical": [Hit(2, 7.0)]}
    fused = reciprocal_rank_fusion(legs, k=60)
    assert [hit.chunk_id for hit in fused] == [2, 1]
    assert fused[0].score == (1 / 62 + 1 / 61) / (2 / 61)
    assert fused[1].score == (1 / 61) / (2 / 61)


def test_a_weight_of_nought_silences_a_leg():
    legs = {"dense": [Hit(1, 0.9)], "lexical": [Hit(2, 7.0)]}
    assert [hit.score for hit in reciprocal_rank_fusion(legs, weights={"dense": 0.0})] == [1.0, 0.0]


def test_nothing_found_is_nothing_fused():
    assert reciprocal_rank_fusion({}) == []
    assert reciprocal_rank_fusion({"dense": [], "lexical": []}) == []


@given(dense=hits, lexical=hits)
def test_every_hit_is_kept_once_best_first_within_0_to_1(dense, lexical):
    fused = reciprocal_rank_fusion({"dense": dense, "lexical": lexical})
    assert sorted(hit.chunk_id for hit in fused) == sorted({h.chunk_id for h in dense + lexical})
    assert all(0.0 < hit.score <= 1.0 for hit in fused)
    assert fused == sorted(fused, key=lambda hit: (-hit.score, hit.chunk_id))
