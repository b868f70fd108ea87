"""A user's own table: what is refused, in one sentence with study and row, by the name of the fault."""

import pytest

from ambulando.evidence import faults
from ambulando.evidence.tables import dose_text, pool_clusters, pool_text, read
from ambulando.ground import InputError

MEANS = "slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,13,6,20\nB,9,4,30,12,5,31\n"
EFFECTS = "slab,yi,vi,age\nAlpha,1,1,20\nBeta,2,1,30\n"


@pytest.mark.parametrize(
    ("text", "words", "fault"),
    [
        ("slab,yi,vi\nA,0.1,-0.2\n", "A (row 2 of x.csv) has a negative variance", faults.NegativeVariance),
        ("slab,yi,sei\nA,0.1,-0.2\n", "negative standard error", faults.NegativeVariance),
        ("slab,yi,vi\nA,much,0.2\n", "A (row 2 of x.csv) has 'much' as yi; a number is needed there.", faults.NotANumber),
        ("slab,yi,vi\n7,much,0.2\n", "Study 7 (row 2 of x.csv) has", faults.NotANumber),
        ("yi,vi\nmuch,0.2\n", "Row 2 of x.csv has", faults.NotANumber),
        ("slab,yi,vi\nA,1,1\nB,inf,0.2\n", "B (row 3 of x.csv) has 'inf' as yi; a finite number", faults.NotANumber),
        ("slab,yi,vi\nA,1_0,0.2\n", "'1_0' as yi; a number", faults.NotANumber),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,0,9,1,1,9\n", "A (row 2 of x.csv) has 0 as sd1i", faults.ImpossibleValue),
        ("slab,mean_ex,sd_ex,n_ex,mean_ctl,sd_ctl,n_ctl\nA,1,1,9,1,-2,9\n", "has -2 as sd_ctl", faults.ImpossibleValue),
        ("slab,m1i,se1i,n1i,m2i,se2i,n2i\nA,1,1,9,1,0,9\n", "has 0 as se2i", faults.ImpossibleValue),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,1,0,1,1,9\n", "at least one person", faults.ImpossibleValue),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,1,1,1,1,2\n", "needs four or more", faults.ImpossibleValue),
        ("slab,ai,n1i,ci,n2i\nA,9,8,1,9\n", "9 events among 8 people (ai, n1i)", faults.ImpossibleValue),
        ("slab,eI,eC,nI,nC\nA,1,9,8,8\n", "9 events among 8 people (eC, nC)", faults.ImpossibleValue),
        ("slab,xi,ni\nA,9,8\n", "9 events among 8 people", faults.ImpossibleValue),
        ("slab,ai,bi,ci,di\nA,-1,8,1,9\n", "has -1 as ai", faults.ImpossibleValue),
        ("slab,ai,bi,ci,di\nA,0,0,1,9\n", "arm without people; check ai, bi, ci, di", faults.ImpossibleValue),
        ("slab,ri,ni\nA,1.2,9\n", "has 1.2 as ri; a correlation lies between -1 and 1", faults.ImpossibleValue),
        ("slab,x1i,t1i,x2i,t2i\nA,1,0,1,9\n", "has 0 as t1i; person-time", faults.ImpossibleValue),
        ("slab,xi,ti\nA,1,0\n", "person-time", faults.ImpossibleValue),
        ("slab,rr,lower,upper\nA,-1,0.5,2\n", "has -1 as rr; a ratio is above zero", faults.ImpossibleValue),
        ("slab,rr,lower,upper\nA,1,-0.5,2\n", "has -0.5 as lower; the limit", faults.ImpossibleValue),
        ("slab,rr,lower,upper\nA,3,0.5,2\n", "has 3 as rr, which is not inside its interval 0.5 to 2", faults.ImpossibleValue),
        ("slab,yi,vi\nA,1e200,1\nB,1,1\n", "A (row 2 of x.csv) has 1e+200 as yi", faults.ImpossibleValue),
        ("slab,yi,vi\nA,1,1e-300\nB,1,1\n", "A (row 2 of x.csv) has 1e-300 as vi", faults.ImpossibleValue),
        ("slab,yi,vi\nA,1,1e-20\nB,1,1\n", "A (row 2 of x.csv) has the variance 1e-20 where the next is 1", faults.ImpossibleValue),
        ("slab,yi,sei\nB,1,1\nA,1,1e-10\n", "A (row 3 of x.csv) has the variance 1e-20 where", faults.ImpossibleValue),
        ("slab,yi,sei\nA,1,1e-200\nB,1,1\n", "A (row 2 of x.csv) has 1e-200 as sei", faults.ImpossibleValue),
        ("slab,logor,se\nA,900,1\n", "for OR it is the logarithm of the ratio", faults.ImpossibleValue),
        ("a,b\n1,2\n", "not enough", faults.MissingColumns),
        ("yi,vi\n", "no study under it", InputError),
        ("yi,vi\nNA,1\n", "No study of x.csv is complete", faults.TooFewStudies),
        ("slab,yi,vi\nA,1,0\n", "No study of x.csv can be used (A: its variance is zero", faults.TooFewStudies),
        ("", "x.csv has no rows; it needs a line", InputError),
        ("yi,yi,vi\n1,2,3\n", "has two columns 'yi'", InputError),
        ("yi,vi\n1,2,3\n", "Row 2 of x.csv has 3 cells where the first line names 2", InputError),
        ('yi,vi\n1,"2\n', "not a readable CSV file", InputError),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_with_study_and_row(text, words, fault):
    with pytest.raises(fault) as error:
        pool_text(text, "x.csv")
    assert words in str(error.value)
    if (
        "row" in words.lower()
        and isinstance(error.value, faults.EvidenceFault)
        and fault is not faults.TooFewStudies
    ):
        assert error.value.row == (3 if "row 3" in words else 2)


@pytest.mark.parametrize(
    ("text", "options", "words", "fault"),
    [
        (MEANS, {"measure": "RR"}, "x.csv has means, which give SMD, SMDH", faults.UnknownOption),
        (MEANS, {"measure": "RR"}, "and not RR.", faults.UnknownOption),
        (EFFECTS, {"measure": "kilos"}, "and not KILOS.", faults.UnknownOption),
        (MEANS, {"continuity": "some"}, "no continuity rule called 'some'", faults.UnknownOption),
        (EFFECTS, {"moderators": ["agee"]}, "no column 'agee' for the moderators; did you mean 'age'?", faults.MissingColumns),
        (EFFECTS, {"cluster": "where"}, "no column 'where' for the clusters; it has slab, yi, vi, age.", faults.MissingColumns),
        (EFFECTS, {"group": "where"}, "for the subgroups", faults.MissingColumns),
        (EFFECTS, {"exclude": ["Betta"]}, "no study called 'Betta' to exclude; did you mean 'Beta'?", faults.UnknownOption),
        (EFFECTS, {"flip": ["Zoe"]}, "no study called 'Zoe' to turn round; it has Alpha, Beta.", faults.UnknownOption),
        (EFFECTS, {"exclude": ["Alpha", "Beta"]}, "Alpha: left out as asked", faults.TooFewStudies),
        ("slab,xi,ni\nA,3,9\n", {"flip": True}, "of one group each", faults.UnknownOption),
        (EFFECTS.replace("30", "inf"), {"moderators": ["age"]}, "Beta (row 3 of x.csv) has 'inf' as age", faults.NotANumber),
    ],
)  # fmt: skip
def test_what_can_not_be_had_of_a_table_is_refused_by_name(text, options, words, fault):
    with pytest.raises(fault) as error:
        read(text, "x.csv", **options)
    assert words in str(error.value)


@pytest.mark.parametrize("test", ["knha", "HKSJ", "adhoc"])
def test_the_hartung_knapp_test_of_clusters_is_refused_with_the_tests_there_are(test):
    table = read("yi,vi,c\n1,1,a\n2,1,a\n3,1,b\n", "x.csv", cluster="c")
    with pytest.raises(faults.UnknownOption, match=r"independent.*t, z or contain"):
        pool_clusters(table, test=test)


def test_a_ratio_that_is_no_logarithm_is_refused():
    with pytest.raises(faults.ImpossibleValue, match="logarithm"):
        pool_text("slab,yi,vi\nA,900,1\nB,901,1\n", "t.csv", measure="RR")


def test_two_arms_of_the_same_pair_are_no_network():
    text = "study,treat1,treat2,TE,seTE\nA,run,rest,1,1\nB,rest,run,2,1\n"
    assert read(text, "x.csv").yi == (1, 2)
    with pytest.raises(faults.MissingColumns, match="2 different pairs"):
        read(text.replace("B,rest", "B,yoga"), "x.csv")


def test_a_dose_table_without_its_columns_is_refused():
    with pytest.raises(InputError, match="no column 'logrr' or 'se'"):
        dose_text("id,type,dose,cases,n\nA,ir,0,1,10\n", "dr.csv")
    with pytest.raises(InputError, match="has 'none' as dose"):
        dose_text("id,type,dose,cases,n,logrr,se\nA,ir,none,1,10,0,\n", "dr.csv")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("1,ir,-5,8,100,-0.2,0.3", "dose of -5"),
        ("1,ir,5,8,100,900,0.3", "logrr of 900"),
        ("1,ir,1e200,8,100,0.1,0.3", r"dose of 1e\+200"),
    ],
)
def test_impossible_dose_rows_are_refused(cells, words):
    text = f"id,type,dose,cases,n,logrr,se\n1,ir,0,10,100,0,\n{cells}\n"
    with pytest.raises(InputError, match=words):
        dose_text(text, "d.csv", model="linear")


def test_a_word_among_the_numbers_of_a_moderator_is_refused_by_study_and_row():
    lines = "slab,yi,vi,dose\nAda,-0.1,0.1,1\nBen,-0.2,0.1,2\nCleo,-0.3,0.1,three\nDan,-0.3,0.1,4\n"
    with pytest.raises(faults.NotANumber, match=r"Cleo \(row 4 of it.csv\) has 'three' as dose") as caught:
        read(lines, "it.csv", moderators=("dose",))
    assert (caught.value.row, caught.value.study) == (4, "Cleo")
